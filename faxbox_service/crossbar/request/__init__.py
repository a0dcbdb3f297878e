"""What a client asks for: target, options, headers, conditions, and the form of the reply.

Parsing only: a module here takes text of the request and returns values or raises an error reply.
The body of the request is in `faxbox_service.crossbar.body`.
"""
