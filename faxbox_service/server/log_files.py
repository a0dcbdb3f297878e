"""Log rotation: log files are reopened on SIGHUP and SIGUSR1.

By default these signals end a process and its requests in flight. Programs that rotate logs send
one of them, and a terminal that is closed sends SIGHUP. SIGUSR2, which other services restart on,
does nothing.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import suppress

REOPENING = (signal.SIGHUP, signal.SIGUSR1)


def survive_signals() -> None:
    """From now on this process reopens its log files on these signals instead of ending."""
    for number in REOPENING:
        signal.signal(number, lambda *_: reopen_log_files())
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def reopen_log_files() -> None:
    """Reopen every log file; where that fails, the old file stays in use."""
    for handler in _file_handlers():
        # The old file is closed when its last user drops it: the signal may have come while a line
        # was being written.
        with suppress(OSError):
            handler.setStream(handler._open())


def _file_handlers() -> Iterator[logging.FileHandler]:
    loggers = (logging.root, *logging.root.manager.loggerDict.values())
    for logger in loggers:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.FileHandler):
                yield handler
