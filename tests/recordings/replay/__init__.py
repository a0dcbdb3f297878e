"""Sending recorded requests and comparing the replies with what is expected."""
