"""Requests and inputs of attackers: that they cost little, and that it stays so."""
