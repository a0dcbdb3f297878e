"""Requests exactly as published clients make them, and what those clients read of the replies."""
