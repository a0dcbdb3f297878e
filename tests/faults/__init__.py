"""Faults of the service and its stores under load, and what must hold after each."""
