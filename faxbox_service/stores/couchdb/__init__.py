"""The store in CouchDB, a single node or a cluster.

`store.py` implements the contract of `stores/base.py` with `reads.py`, `writes.py`, `views.py` and
`feeds.py`; `client.py` sends the requests and turns error replies into exceptions. What a cluster's
reply 202 means is decided in `quorum.py`.
"""
