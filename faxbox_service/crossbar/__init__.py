"""Kazoo's HTTP conventions, named after its module `crossbar`. Knows no resource.

`dispatcher.py` has the steps of a request in their order; each step is a package or a module here:
`request` and `body` are what came in, `auth` and `admission.py` who may ask, `listing` and
`response` what goes out. `resource.py`, `call.py` and `response/results.py` are the seam to the
resources; `context.py` is what every reply repeats, and `errors.py` has every error reply. CORS is
in `cors.py`, compression in `content_coding.py`, the limit on requests at once in
`concurrency_limit.py`.
"""
