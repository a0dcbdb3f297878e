"""Fuzzing: the whole service by a grammar, its parsers by coverage."""
