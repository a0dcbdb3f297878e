"""The processes that are measured, and what is sent to them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def process(*arguments: str, port: int, **environment: str) -> Iterator[tuple[int, float]]:
    """A Python process that listens on `port`; gives its id and the seconds until it did."""
    started = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if running.poll() is not None:
                    raise RuntimeError(f"{arguments} ended at once") from None
                time.sleep(0.005)
        yield running.pid, time.perf_counter() - started
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


def memory_of(process_id: int, what: str = "VmRSS") -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith(what)).split()[1]
    return int(kilobytes) / 1024


def peak_memory_of(process_id: int) -> float:
    return memory_of(process_id, "VmHWM")


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
