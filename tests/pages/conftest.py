"""Says at the end of a run that there was no browser, for skipped tests are easily overlooked."""

import pytest

from .browser import not_tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the reason."""
    for reason in not_tried:
        terminalreporter.write_line(f"/docs not tried in a browser: {reason}.", yellow=True)
