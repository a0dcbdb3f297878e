"""What keeps several documents consistent, and what may be read and written at all.

A package for each kind of document, `auth` for tokens, `reconcile` for background repair, and
`primitives` for what all of them use. Repositories know stores and documents, and nothing of HTTP.
The modules here are shared by all: errors, Kazoo's configuration, the schemas in force, and the
inconsistencies that a repair can find.
"""
