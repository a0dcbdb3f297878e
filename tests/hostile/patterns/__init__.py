"""Every regular expression of the service, tried with the texts that are hardest for it."""
