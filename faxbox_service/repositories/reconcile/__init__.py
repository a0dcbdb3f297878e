"""The background repair of inconsistent documents, run by one worker of all on a store.

`lease.py` elects that worker, `reconciler.py` follows the changed databases, and `full_scan.py`
looks at everything. How a single inconsistency is found and repaired is decided beside the
documents that it concerns, for instance in `faxbox_service.repositories.faxboxes.consistency`.
"""
