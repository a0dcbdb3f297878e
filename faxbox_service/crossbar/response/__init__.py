"""Replies as they are sent: the envelope, its headers, streams, CSV, and links to next pages.

`results.py` is what resources answer with. `envelope.py` builds whole replies of it, successes and
errors alike; `streaming.py` sends those that are too long to be held in memory. The form that a
client asked for is in `faxbox_service.crossbar.request`.
"""
