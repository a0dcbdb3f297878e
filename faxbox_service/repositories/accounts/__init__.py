"""Accounts: the document in the account's own database, its replica, and the account tree.

`accounts.py` is what resources call; `rules.py` has the checks beyond the JSON Schema, `cache.py`
the accounts that every request looks up.
"""
