"""A clock that moves when told, for a server in a process of its own.

The tests write how far it is ahead into a file, which the server reads.
"""

from pathlib import Path

from server.clock import system_clock


class Clockwork:
    """Goes on by itself, from wherever it was put. Calling it returns ms since 1970."""

    def __init__(self, file: Path, starts_at: int | None = None) -> None:
        self.file = file
        if starts_at is not None:
            self.put(starts_at)

    def __call__(self) -> int:
        return system_clock() + int(self.file.read_text())

    def put(self, at: int) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(at - system_clock()))
        fresh.replace(self.file)

    def advance(self, ms: int) -> None:
        self.put(self() + ms)
