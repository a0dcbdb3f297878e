"""Views of both stores: design documents, their Python twins, and CouchDB's order of keys.

`design_documents.py` reads the JavaScript in `couchdb/views/`, which CouchDB runs; the map
functions in `map_functions.py` emit the same rows for the embedded store.
"""
