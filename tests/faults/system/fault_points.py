"""Points before and after every write to the store, at which a process can be made to die.

Only `served.py`, which belongs to the tests, puts them there; they are armed through a file whose
name only the test and that process know.
"""

import fcntl
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

BEFORE = "before"
AFTER = "after"
FIRED = "fired"

WRITES = ("put", "put_many", "delete", "create_database", "delete_database")


class Trigger:
    """The file that says before or after which write to die; all processes share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def arm(self, moment: str, number: int) -> None:
        """Die before or after the `number`th write from now on, counted from 1."""
        self.path.touch()
        with self._opened() as file:
            _write(file, f"{moment} {number}")

    def disarm(self) -> bool:
        """Let everybody live; whether somebody died already."""
        with self._opened() as file:
            has_fired = file.read() == FIRED
            _write(file, "")
        return has_fired

    def has_fired(self) -> bool:
        """Whether somebody died since it was armed."""
        with self._opened() as file:
            return file.read() == FIRED

    def passed(self, moment: str) -> None:
        """Count a point that was reached, and die there when it is the one."""
        if not self.path.exists():
            return
        with self._opened() as file:
            armed, _, number = file.read().partition(" ")
            if armed != moment:
                return
            if int(number) == 1:
                _write(file, FIRED)
                os.kill(os.getpid(), signal.SIGKILL)
            _write(file, f"{moment} {int(number) - 1}")

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        with self.path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


class FaultPoints:
    """A store that passes two points of the trigger with each write that `counts` now."""

    def __init__(self, store: Any, trigger: Trigger, counts: Callable[[], bool]) -> None:
        self._store = store
        self._trigger = trigger
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._store, name)
        return self._pointed(member) if name in WRITES else member

    def _pointed(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def pointed(*arguments: Any, **options: Any) -> Any:
            if not self._counts():
                return await write(*arguments, **options)
            self._trigger.passed(BEFORE)
            result = await write(*arguments, **options)
            self._trigger.passed(AFTER)
            return result

        return pointed


def _write(file: TextIO, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
