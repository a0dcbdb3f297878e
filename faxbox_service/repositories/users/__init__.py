"""Users and their credentials; `rules.py` has the checks beyond the JSON Schema."""
