"""The service tried as an attacker would: hostile requests by kind, what must hold after each."""
