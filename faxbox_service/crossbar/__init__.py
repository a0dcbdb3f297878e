"""Kazoo's HTTP conventions, named after its module `crossbar`. Knows no resource.

`dispatcher.py` has the steps of a request in their order; each step is a package or a module here:
`request` and `body` are what came in, `auth` and `admission.py` who may ask, `listing` and
`response` what goes out. `errors.py` has every error reply.
"""
