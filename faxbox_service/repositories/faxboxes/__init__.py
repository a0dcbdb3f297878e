"""Faxboxes: the document, its replica in the database `faxes`, and its address claims.

`faxboxes.py` is what resources call; `writes.py` has the order in which document, claims and
replica are written, and `consistency.py` finds and repairs what an interrupted write left behind.
"""
