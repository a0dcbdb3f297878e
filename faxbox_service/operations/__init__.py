"""What long-running commands do, as a typed library that scripts can import.

No printing and no reading of arguments: that is left to `faxbox_service.cli`.
"""
