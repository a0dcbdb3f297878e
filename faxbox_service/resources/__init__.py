"""One module for each resource: its paths, its methods, and which repository calls it makes.

A resource receives a `Call` and returns a reply; it builds no envelope and reads no headers. Logins
and tokens are in `auth`, the page for people at `/docs` in `docs_page`.
"""
