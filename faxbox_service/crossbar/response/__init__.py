"""Replies as they are sent: the envelope, its headers, streams, CSV, and links to next pages.

`envelope.py` builds whole replies, successes and errors alike; `streaming.py` sends those that are
longer than a reply should be in memory. What a client asked for its form is in
`faxbox_service.crossbar.request`.
"""
