"""The body of a request: limits, memory, media types, and the request envelope.

`reader.py` is the entry and applies the limits before anything is decoded; `decoding.py` makes the
envelope out of the bytes. Compression is in `crossbar/content_coding.py`, for both directions.
"""
