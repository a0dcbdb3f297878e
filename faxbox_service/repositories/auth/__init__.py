"""On whose behalf a token acts: signing keys, identities, revocations, restrictions.

Where credentials are found in a request is decided in `faxbox_service.crossbar.auth`.
"""
