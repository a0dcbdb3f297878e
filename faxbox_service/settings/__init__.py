"""Every setting: its name, default, meaning, and how it is read from text.

`settings.py` lists them; `values.py` turns text into values, once; `environment.py` finds the text
in environment variables, files and command line options.
"""
