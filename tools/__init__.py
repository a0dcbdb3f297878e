"""What only `make docs` runs: the generated parts of the documentation. Not in the wheel."""
