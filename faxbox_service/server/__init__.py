"""The processes that serve HTTP: workers, signals, sockets, connections, metrics.

`processes.py` starts workers and replaces those that die; `http.py` reads requests from connections
and passes them to the dispatcher in `faxbox_service.crossbar`, which decides what a reply contains.
`protocol.py` answers what is not an HTTP request.
"""
