"""The command `faxbox`: arguments, progress, tables, exit status. It does no work of its own.

`main.py` is the entry point; each other module adds a group of commands. What takes more than a
call of a repository belongs in `faxbox_service.operations`, which scripts can import.
"""
