"""Log files that are moved away while the service runs: opened anew on SIGHUP and SIGUSR1.

By default these signals end a process, requests in flight and all. Whoever rotates logs sends one
of them, and so does a terminal that is closed. SIGUSR2, which others use to restart, does nothing.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import suppress

REOPENING = (signal.SIGHUP, signal.SIGUSR1)


def survive_signals() -> None:
    """From now on this process reopens its log files on these signals, and never ends of them."""
    for number in REOPENING:
        signal.signal(number, lambda *_: reopen_log_files())
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def reopen_log_files() -> None:
    """Open every log file anew; one that cannot be opened stays the file that it was."""
    for handler in _file_handlers():
        # The old file is closed by whoever writes to it last: the signal may have come in the
        # midst of a line.
        with suppress(OSError):
            handler.setStream(handler._open())


def _file_handlers() -> Iterator[logging.FileHandler]:
    loggers = (logging.root, *logging.root.manager.loggerDict.values())
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.FileHandler):
                yield handler
