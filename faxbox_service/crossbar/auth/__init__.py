"""Authentication and rate limits: who sends a request, and how often they may.

`authentication.py` locates the credentials and verifies them through the repositories;
`rate_limits.py` charges clients that have not proved an identity, by `client_address.py`.
"""
