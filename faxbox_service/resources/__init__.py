"""One module per resource: its paths, its methods, and which repository call to make."""
