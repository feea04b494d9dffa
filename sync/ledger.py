"""The unit of work: rows and keys loaded for one transaction, and what is done to them.

Nothing here touches a database. The server loads what the rules will read, the rules work on the
ledger, the server publishes what they touched. Asking for what was not loaded is an error of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sync.entity import Entities, Key
from sync.merge import Kept
from sync.row import PENDING, Row, Stamp
from sync.wire import is_name


class Unloaded(LookupError):
    """A rule read a row or a key that nobody loaded."""


class Stored(NamedTuple):
    """How a row stood in the database when it was loaded."""

    seq: int
    scopes: tuple[str, ...]
    part: int
    root: str


class KeptValue(NamedTuple):
    """One entry of the field history."""

    row: Row
    kept: Kept
    why: str


class Mark(NamedTuple):
    journal: int
    history: int
    timers: int
    side: int


SetBefore = tuple[dict[Any, Any], Any, Any]
"""A key was set: the holder, the key, what it held before."""

RowBefore = tuple[Row, dict[str, Any], dict[str, Stamp], bool, str]
"""A row was touched: its body, stamps, deletion and root before."""


class Deadline(NamedTuple):
    """Something to look at when its time has come: `due_at` in ms."""

    kind: str
    subject_id: str
    due_at: int


class Cancelled(NamedTuple):
    """Withdraws the deadlines of this kind that stood before it."""

    kind: str
    subject_id: str


class Ledger:
    """Rows by id, hard keys, aliases; and the changes made to them in this transaction. `head`: the
    organisation's number before it."""

    def __init__(self, org: str, now: int, entities: Entities, head: int = PENDING) -> None:
        self.org = org
        self.now = now
        self.entities = entities
        self.head = head
        self.stored: dict[str, Stored] = {}
        self.touched: dict[str, Row] = {}
        self.history: list[KeptValue] = []
        self.timers: list[Deadline | Cancelled] = []
        self.side: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Exception] = []
        self.changed_keys: dict[Key, str | None] = {}
        self.new_aliases: dict[str, str] = {}
        self.ended_aliases: dict[str, str] = {}
        self.returned: dict[str, Row] = {}
        self.awaited: list[tuple[str, str]] = []
        self.erased: set[str] = set()
        self.named_erased: list[str] = []
        self.suppressed: set[Key] = set()
        self._rows: dict[str, Row | None] = {}
        self._keys: dict[Key, str | None] = {}
        self._aliases: dict[str, str] = {}
        self._held_keys: set[Key] = set()
        self._journal: list[SetBefore | RowBefore] = []

    # Loading

    def put_loaded(self, row: Row) -> None:
        if row.is_erased:
            self.erased.add(row.id)
            self.put_absent(row.id)
        elif row.id not in self._rows or self._rows[row.id] is None:
            self._rows[row.id] = row
            self.stored[row.id] = Stored(row.seq, row.scopes, row.part, row.root)

    def put_absent(self, id: str) -> None:
        self._rows.setdefault(id, None)

    def put_key(self, key: Key, row_id: str | None) -> None:
        self._keys.setdefault(key, row_id)
        if row_id is not None:
            self._held_keys.add(key)

    def put_alias(self, alias_id: str, row_id: str) -> None:
        self._aliases.setdefault(alias_id, row_id)

    def has_loaded(self, id: str) -> bool:
        return self.resolve(id) in self._rows

    def has_key(self, key: Key) -> bool:
        return key in self._keys

    def free_keys(self, kind: str) -> list[Key]:
        """Those of this kind that were looked up and nobody has."""
        return [key for key, holder in self._keys.items() if holder is None and key[0] == kind]

    def loaded(self) -> Iterator[Row]:
        return (row for row in self._rows.values() if row is not None)

    def was_held(self, key: Key) -> bool:
        """Whether the database has this key, whatever this transaction did to it since."""
        return key in self._held_keys

    # Reading

    def resolve(self, id: str) -> str:
        while id in self._aliases:
            id = self._aliases[id]
        return id

    def is_alias(self, id: str) -> bool:
        return id in self._aliases

    def is_erased(self, id: str) -> bool:
        """Whether this id or alias named a row that was erased (law 35)."""
        return self.resolve(id) in self.erased

    def is_key_erased(self, key: Key) -> bool:
        holder = self._keys.get(key)
        return holder is not None and self.is_erased(holder)

    def row(self, id: str) -> Row | None:
        """The row with this id or alias, as this transaction sees it; None if there is none. What
        cannot be a name is never looked up, and names nothing."""
        try:
            return self._rows[self.resolve(id)]
        except KeyError:
            if is_name(id):
                raise Unloaded(id) from None
            return None

    def own(self, id: str) -> Row | None:
        """The row that was written under this very id, whatever it became part of since."""
        return self._rows.get(id)

    def find(self, id: str | None) -> Row | None:
        """As `row`, for fields that may be empty."""
        return self.row(id) if id else None

    def key(self, kind: str, value: str) -> Row | None:
        """The row that has this hard key."""
        try:
            holder = self._keys[kind, value]
        except KeyError:
            raise Unloaded(f"{kind} {value}") from None
        return self.row(holder) if holder else None

    def rows_of(self, entity: str) -> list[Row]:
        """Every loaded row of one kind, deleted ones left out."""
        return [row for row in self.loaded() if row.entity == entity and not row.deleted]

    def scopes_of(self, row: Row) -> tuple[str, ...]:
        """Where it lies by what it and its root are now."""
        root = row if row.root == row.id else self.row(row.root)
        return self.entities[row.entity].scopes_of(row, root or row)

    # Writing

    def create(
        self,
        entity: str,
        id: str,
        root: str,
        body: dict[str, Any],
        *,
        author: str | None = None,
        device: str = "",
        at: int | None = None,
        captured_at: int | None = None,
    ) -> Row:
        """A new row; by default the server's, of now."""
        at = self.now if at is None else at
        row = Row(
            id=id,
            entity=entity,
            root=root,
            body=body,
            at=at,
            captured_at=at if captured_at is None else captured_at,
            received_at=self.now,
            device=device,
            author=author,
        )
        self._set(self._rows, id, row)
        self._set(self.touched, id, row)
        return row

    def create_once(self, entity: str, id: str, root: str, body: dict[str, Any]) -> Row:
        """As `create` for ids that were derived: an existing row is changed instead."""
        held = self._rows.get(id)
        if held is not None:
            return self.change(held, **body)
        return self.create(entity, id, root, body)

    def change(self, row: Row, **fields: Any) -> Row:
        """Set server fields; a change that changes nothing is none."""
        body = {**row.body, **fields}
        if body != row.body:
            self.touch(row)
            row.body = body
        return row

    def touch(self, row: Row) -> None:
        """Note a row as changed and remember how it was, for `rewind`."""
        self._journal.append((row, row.body, row.stamps, row.deleted, row.root))
        if row.id not in self.touched:
            self._set(self.touched, row.id, row)

    def delete(self, row: Row) -> None:
        """Leave a tombstone."""
        self.touch(row)
        row.deleted = True

    def erase(self, row: Row) -> None:
        """Leave nothing but the id, for good: neither what was written nor when, by whom or about
        whom."""
        self.delete(row)
        row.root = row.id
        row.body, row.stamps = {}, {}
        row.device, row.author = "", None
        row.at = row.captured_at = row.received_at = self.now
        self.erased.add(row.id)

    def bury(self, entity: str, id: str) -> None:
        """An id that a phone gave to what is not kept, so that what follows is not kept either."""
        self.erase(self.create(entity, id, id, {}))
        self._set(self._rows, id, None)
        self.named_erased.append(id)

    def revive(self, row: Row) -> None:
        """Take a tombstone back."""
        self.touch(row)
        row.deleted = False
        self._set(self.returned, row.id, row)

    def move(self, row: Row, root: Row) -> None:
        """Hang a row, which may be a root itself, under another root."""
        self.touch(row)
        row.root = root.id

    def claim(self, kind: str, value: str, row: Row) -> None:
        key = (kind, value)
        self._set(self._keys, key, row.id)
        self._set(self.changed_keys, key, row.id)

    def release(self, kind: str, value: str) -> None:
        self._set(self._keys, (kind, value), None)
        self._set(self.changed_keys, (kind, value), None)

    def alias(self, alias_id: str, row: Row) -> None:
        self._set(self._aliases, alias_id, row.id)
        self._set(self.new_aliases, alias_id, row.id)

    def end_alias(self, alias_id: str) -> None:
        """The id names its own row again, also where it became an alias only in this
        transaction."""
        self._set(self.ended_aliases, alias_id, self._aliases[alias_id])
        self._drop(self._aliases, alias_id)
        self._drop(self.new_aliases, alias_id)

    def keep(self, row: Row, kept: Kept, why: str) -> None:
        """A value kept aside belongs to the version of the transaction that kept it."""
        if row.id not in self.touched:
            self.touch(row)
        self.history.append(KeptValue(row, kept, why))

    def schedule(self, kind: str, subject_id: str, due_at: int) -> None:
        self.timers.append(Deadline(kind, subject_id, due_at))

    def cancel(self, kind: str, subject_id: str) -> None:
        """Withdraw the open deadlines of this kind, those of this transaction included."""
        self.timers.append(Cancelled(kind, subject_id))

    def settled_timers(self) -> tuple[list[Deadline], list[Cancelled]]:
        """What remains to be scheduled, and which stored deadlines to withdraw."""
        standing: list[Deadline] = []
        cancelled: list[Cancelled] = []
        for timer in self.timers:
            if isinstance(timer, Deadline):
                standing.append(timer)
            else:
                standing = [d for d in standing if d[:2] != timer]
                cancelled.append(timer)
        return standing, cancelled

    def add_side_row(self, table: str, values: dict[str, Any]) -> None:
        """A row of a table that is not synced, inserted in the same transaction."""
        self.side.append((table, values))

    # Undoing

    def mark(self) -> Mark:
        return Mark(
            len(self._journal),
            len(self.history),
            len(self.timers),
            len(self.side),
        )

    def rewind(self, mark: Mark) -> None:
        """Undo everything since `mark`, as if the unit had never been."""
        while len(self._journal) > mark.journal:
            entry = self._journal.pop()
            if len(entry) == 3:
                holder, key, before = entry
                _restore(holder, key, before)
            else:
                row = entry[0]
                _, row.body, row.stamps, row.deleted, row.root = entry
        del self.history[mark.history :]
        del self.timers[mark.timers :]
        del self.side[mark.side :]

    def _set(self, holder: dict[Any, Any], key: Any, value: Any) -> None:
        self._journal.append((holder, key, holder.get(key, _ABSENT)))
        holder[key] = value

    def _drop(self, holder: dict[Any, Any], key: Any) -> None:
        self._journal.append((holder, key, holder.pop(key, _ABSENT)))


_ABSENT = object()


def _restore(holder: dict[Any, Any], key: Any, before: Any) -> None:
    if before is _ABSENT:
        holder.pop(key, None)
    else:
        holder[key] = before


def is_fresh(row: Row) -> bool:
    """Whether the row was created in this very transaction."""
    return row.born == PENDING
