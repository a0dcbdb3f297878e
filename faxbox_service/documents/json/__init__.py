"""JSON as text: decoding and encoding it exactly, and bounding its cost beforehand.

A limit on JSON that is not about one kind of document belongs here: nesting, sizes, memory, digits.
"""
