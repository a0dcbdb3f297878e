"""The embedded store: one SQLite file, many readers, and one thread that writes.

`store.py` implements the contract of `stores/base.py` with the other modules: `writer.py` groups
writes into commits, `mutations.py` applies them to the tables that `schema.py` creates.
"""
