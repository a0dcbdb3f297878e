"""`python -m faxbox_service` is the command `faxbox`."""

from .cli import main

main()
