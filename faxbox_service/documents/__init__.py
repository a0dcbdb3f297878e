"""Kazoo's data model as pure functions: no clock, no randomness, no I/O.

`model` has a module for each kind of document, `schema` validates documents, `json` reads and
writes their text. The modules here are what all kinds of documents have in common: names of
databases, private fields, times, merging, and the limits of what can be stored.
"""
