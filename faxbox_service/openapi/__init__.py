"""The OpenAPI document: every operation, what it takes, and every reply it can give."""
