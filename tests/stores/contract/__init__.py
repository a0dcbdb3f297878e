"""What every store promises: the sentences of `stores/base.py`, one test or more for each."""
