"""The OpenAPI document: every operation, what it takes, and every reply it can give.

`document.py` puts it together out of `components` (what operations share) and `paths` (the
operations, a module for each resource); `operations.py` says how an operation is written down.
"""
