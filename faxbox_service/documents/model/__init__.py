"""The kinds of documents and the values in them, one module each.

A module says how its document is created, replaced, patched and deleted, and what its fields must
be beyond the JSON Schema. Reading and writing stores is left to `faxbox_service.repositories`.
"""
