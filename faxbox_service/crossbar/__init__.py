"""Kazoo's HTTP conventions: envelope, errors, negotiation, paging, tokens. Knows no resource."""
