"""JSON Schema draft 4 as Kazoo applies it: validation, defaults, coercion, error texts.

`schema.py` is the entry: `Schema.validate`. The text of a validation error is made in `errors.py`,
a default is added in `defaults.py`, a keyword is checked in `rules.py` or `walk.py`. The schemas
themselves are JSON files in the folder `schemas/` of the repository, read by `packaged.py`.
"""
