"""One module for each resource: which repository calls it makes for a method of a path.

A resource receives a `Call` and returns a reply; it builds no envelope and reads no headers. What
all collections do is in `collection.py`, logins and tokens are in `auth`, the HTML page at `/docs`
in `docs_page`. Paths, methods and access are declared in `faxbox_service/routes.py`.
"""
