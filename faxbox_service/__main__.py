"""`python -m faxbox_service` is the command `faxbox`."""

from .cli.main import main

main()
