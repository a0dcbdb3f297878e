"""The commands of `faxbox` that look after accounts, users and secrets; see `cli.py`."""
