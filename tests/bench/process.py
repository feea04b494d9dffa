"""A process that is measured: wall time, and CPU as the kernel counts it for all its threads."""

import gc
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

START_S = 120
STOP_S = 20


class Process:
    """Runs a command until the block ends. `ready` says whether it answers."""

    def __init__(
        self,
        command: list[str],
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.command = command
        self.ready = ready
        self.env = {**os.environ, **(env or {})}
        self.folder = folder

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.await_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=STOP_S)

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.ready():
                return
            time.sleep(0.05)
        self.process.kill()
        raise RuntimeError(f"did not become ready: {self.command}")

    def cpu_s(self) -> float:
        """By the process's own CPU clock (Linux: clock_getcpuclockid)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)


class Watch:
    """Wall time and a server's CPU from entering to leaving, in seconds. What the measuring process
    made before is looked through for garbage before, not meanwhile."""

    def __init__(self, server: Process) -> None:
        self.server = server

    def __enter__(self) -> Self:
        gc.collect()
        self.cpu = -self.server.cpu_s()
        self.wall = -time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += self.server.cpu_s()
