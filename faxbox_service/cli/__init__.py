"""The command `faxbox`: arguments, progress, tables, exit status. It does no work of its own.

`main.py` is the entry point; `serve.py`, `accounts.py`, `users.py`, `faxboxes.py` and `secrets.py`
add commands, which open the store with `store_session.py` and print with `output.py`. What takes
more than a call of a repository belongs in `faxbox_service.operations`, which scripts can import.
"""
