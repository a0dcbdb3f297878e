"""Kazoo's data model as pure functions: no clock, no randomness, no I/O."""
