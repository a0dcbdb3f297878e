"""What a run of the tests says at its end, from whichever of pytest's processes it comes."""

import pytest

_NOTES = pytest.StashKey[list[str]]()


def note(config: pytest.Config, *lines: str) -> None:
    """Have these lines shown once, above the summary of the run."""
    kept = config.stash.setdefault(_NOTES, [])
    kept += [line for line in lines if line not in kept]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the notes of a worker process to the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["closing_notes"] = session.config.stash.get(_NOTES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the notes of a worker process (pytest-xdist's hook)."""
    output = getattr(node, "workeroutput", {})
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    note(config, *output.get("closing_notes", []))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print them."""
    for line in config.stash.get(_NOTES, []):
        terminalreporter.write_line(line, yellow=True)
