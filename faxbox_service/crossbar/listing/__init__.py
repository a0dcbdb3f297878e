"""Listings: pages, cursors, filters, and reading a view in batches of bounded memory.

What a row of a listing contains is decided by the resource that is listed.
"""
