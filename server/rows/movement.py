"""What just moved, told to whoever waits for it. In memory, and only after the commit."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from server.rows.publish import Published


class Listener:
    """One open stream: set when something in its scopes moved."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self.scopes = scopes
        self.moved = asyncio.Event()


class Movement:
    """Missing a call is harmless: phones pull, and the worker looks at its table, all the same."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[Listener]] = defaultdict(set)
        self.work = asyncio.Event()

    def tell(self, published: Published) -> None:
        for listener in self.listeners.get(published.org_id, ()):
            if not listener.scopes.isdisjoint(published.scopes):
                listener.moved.set()
        if published.due_at is not None:
            self.work.set()

    def organisations(self) -> list[str]:
        """Those that somebody listens to."""
        return [org_id for org_id, listeners in self.listeners.items() if listeners]

    def stir(self, org_id: str) -> None:
        """Something moved in another process; nobody here knows what."""
        for listener in self.listeners.get(org_id, ()):
            listener.moved.set()

    @contextmanager
    def listening(self, org_id: str, scopes: frozenset[str]) -> Iterator[Listener]:
        listener = Listener(scopes)
        self.listeners[org_id].add(listener)
        try:
            yield listener
        finally:
            self.listeners[org_id].discard(listener)
