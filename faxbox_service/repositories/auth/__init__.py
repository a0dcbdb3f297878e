"""Who a token or a login speaks for: signing keys, identities, revocations, restrictions.

Where credentials are found in a request is decided in `faxbox_service.crossbar.auth`.
"""
