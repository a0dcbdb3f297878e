"""Databases of JSON documents with `_id` and `_rev`: embedded SQLite, or CouchDB."""
