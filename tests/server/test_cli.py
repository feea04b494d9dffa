"""The real process: it starts, prints the way in, answers, and stops when told."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 15


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(data: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process with its own data folder, and the first things it printed."""
    port = free_port()
    data.mkdir(exist_ok=True)
    with (data / "log").open("w") as log:
        process = start(data, port, log, *words)
    with process:
        try:
            wait_for(port)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def start(data: Path, port: int, log: TextIO, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", *words],
        cwd=ROOT,
        env={"SHOPBELL_PORT": str(port), "SHOPBELL_DATA": str(data), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def wait_for(port: int) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while not answers(port):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").text == "ready"
    except httpx.TransportError:
        return False


def stop(process: subprocess.Popen[str]) -> str:
    """Ends it as a supervisor would; returns what it had printed."""
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=STOPS_WITHIN_S)
    assert process.returncode == -signal.SIGTERM
    return printed


@pytest.mark.slow
def test_the_first_start_fills_the_database_and_the_second_keeps_it(tmp_path: Path) -> None:
    for _ in range(2):
        with serving(tmp_path, "--sample") as (process, origin):
            printed = stop(process)
        assert origin in printed
        assert "Application shutdown complete" in (tmp_path / "log").read_text()
        assert len(re.findall(r"/enter/\S+", printed)) == 7
        assert len(re.findall(r"/r/\S+", printed)) >= 3
        assert "█" in printed


@pytest.mark.slow
def test_a_printed_link_signs_in_and_an_open_stream_does_not_hold_up_the_end(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, "--sample") as (process, origin):
        assert process.stdout is not None
        link = next(line.strip() for line in process.stdout if "/enter/" in line)
        with httpx.Client(headers={"sec-fetch-site": "same-origin"}) as client:
            assert client.get(link).headers["location"] == "/"
            assert client.get(f"{origin}/api/session").json()["org"]["code"] == "xinju"
            with client.stream("GET", f"{origin}/sync/events") as events:
                assert events.status_code == 200
                stop(process)
    assert "Application shutdown complete" in (tmp_path / "log").read_text()
