"""Databases of JSON documents with `_id` and `_rev`: embedded SQLite, or CouchDB.

`base.py` is the contract of every store, with `errors.py` and `values.py`; `factory.py` opens the
one that a URL names. Code above this package uses nothing else of it; what only one kind of store
needs belongs in its own package.
"""
