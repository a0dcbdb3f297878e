"""Authentication and rate limits: who sends a request, and how often they may.

`credentials.py` finds the credential of a request, and `authentication.py` verifies it through the
repositories: the result is in `principal.py`. `rate_limits.py` charges clients that have not proved
an identity, by `client_address.py`.
"""
