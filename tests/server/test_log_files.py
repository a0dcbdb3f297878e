"""Log files that are rotated."""

import logging
import signal

import pytest

from faxbox_service.server.log_files import reopen_log_files, survive_signals


@pytest.fixture
def log(tmp_path):
    """A logger of its own that writes into a file."""
    handler = logging.FileHandler(tmp_path / "service.log")
    logger = logging.Logger("rotated")
    logging.root.manager.loggerDict["rotated"] = logger
    logger.addHandler(handler)
    yield logger
    handler.close()
    del logging.root.manager.loggerDict["rotated"]


@pytest.fixture
def dispositions():
    numbers = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_file_that_was_moved_away_is_made_anew(log, tmp_path):
    path = tmp_path / "service.log"
    log.error("before")
    path.rename(tmp_path / "service.log.1")
    log.error("meanwhile")
    reopen_log_files()
    log.error("after")
    assert (tmp_path / "service.log.1").read_text() == "before\nmeanwhile\n"
    assert path.read_text() == "after\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_does_it(log, tmp_path, dispositions, number):
    survive_signals()
    log.error("before")
    (tmp_path / "service.log").rename(tmp_path / "service.log.1")
    signal.raise_signal(number)
    signal.raise_signal(signal.SIGUSR2)
    log.error("after")
    assert (tmp_path / "service.log").read_text() == "after\n"


def test_a_file_that_cannot_be_made_anew_stays_in_use(log, tmp_path):
    kept = tmp_path.with_name("kept")
    log.error("before")
    tmp_path.rename(kept)
    reopen_log_files()
    log.error("after")
    assert (kept / "service.log").read_text() == "before\nafter\n"


def test_a_line_that_the_signal_comes_into_is_whole(log, tmp_path):
    class Signalling(logging.Formatter):
        def format(self, record):
            reopen_log_files()
            return super().format(record)

    log.error("before")
    log.handlers[0].setFormatter(Signalling())
    log.error("in the midst")
    assert (tmp_path / "service.log").read_text() == "before\nin the midst\n"
