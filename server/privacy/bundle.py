"""One person's data as one file: a ZIP of what a program reads, what a person reads, and the
pictures and sounds as they are served. Written as it is sent: one of them is held at a time."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, select

from server.clock import SECOND_MS
from server.db import Connection, as_list, fetch, listed
from server.errors import NotFound
from server.photos.blobs import Blobs
from server.photos.playing import ENDINGS
from server.photos.tables import photo_blobs, recording_blobs
from server.privacy.document import PAGES, Voice, render_document
from server.privacy.document_words import Word
from server.privacy.dossier import FIELDS, Item, list_items
from server.privacy.holding import Holding, Subject, hold
from server.privacy.refused import list_refused
from server.rows import load_scope
from server.rows.tables import history
from sync import ORGANISATION, Row

FORMAT = 1


class File(NamedTuple):
    """Bytes that go along: where in the archive, and their name in the store."""

    item_id: str
    path: str
    sha256: str


class Bundle(NamedTuple):
    """All that is read from the database, before the first byte is sent."""

    org_id: str
    customer_id: str
    made_at: int
    held: Holding
    items: list[Item]
    files: list[File]
    questions: dict[str, Word]


async def gather(connection: Connection, subject: Subject) -> Bundle:
    """A statement for each kind of thing, however much there is."""
    ledger = subject.ledger
    around = await load_scope(connection, ledger, ORGANISATION, "staff", "template")
    roles = roles_in(around)
    items = list_items(subject, roles)
    if subject.arrival is None:
        items += await list_earlier(connection, subject, roles)
        items += await list_refused(connection, subject, roles)
    files = [
        *await find_files(connection, subject, items, "photo"),
        *await find_files(connection, subject, items, "recording"),
    ]
    return Bundle(
        org_id=ledger.org,
        customer_id=subject.person.id,
        made_at=ledger.now,
        held=hold(subject),
        items=items,
        files=files,
        questions=questions_in(around),
    )


def roles_in(around: Iterable[Row]) -> dict[str, str]:
    staff = (row for row in around if row.entity == "staff")
    return {row.id: str(row.body.get("role") or "staff") for row in staff}


def questions_in(around: Iterable[Row]) -> dict[str, Word]:
    """By id. Whoever wrote one in one language only is quoted in it."""
    asked = (each for row in around for each in row.body.get("questions") or ())
    said = ((each["id"], each.get("zh") or "", each.get("en") or "") for each in asked)
    return {id: Word(zh or en, en or zh) for id, zh, en in said}


async def list_earlier(
    connection: Connection, subject: Subject, roles: dict[str, str]
) -> list[Item]:
    """What the profile said before."""
    kept = history.c
    query = select(kept.field, kept.value, kept.at, kept.author, kept.seq, kept.nth).where(
        kept.org_id == subject.ledger.org,
        kept.row_id == subject.person.id,
        kept.field.in_(FIELDS["customer"]),
    )
    found = await connection.execute(query.order_by(kept.at, kept.seq, kept.nth))
    return [
        Item(
            id=f"{subject.person.id}-{row.seq}-{row.nth}",
            kind="earlier",
            at=row.at,
            received_at=row.at,
            source="staff_phone" if row.author else "server",
            by=roles.get(row.author, "staff") if row.author else "system",
            store="",
            fields={row.field: msgspec.json.decode(row.value)},
        )
        for row in found
    ]


async def find_files(
    connection: Connection, subject: Subject, items: Iterable[Item], kind: str
) -> list[File]:
    """Of what has arrived and is what it says it is."""
    ids = [item.id for item in items if item.kind == kind]
    if not ids:
        return []
    is_photo = kind == "photo"
    table = photo_blobs if is_photo else recording_blobs
    id_of, sha256 = (
        (table.c.photo_id, table.c.full_sha256)
        if is_photo
        else (table.c.recording_id, table.c.kept_sha256)
    )
    columns = [id_of, table.c.sha256, sha256, *([] if is_photo else [table.c.media_type])]
    among = listed(connection.dialect.name, "ids")
    query = select(*columns).where(
        table.c.org_id == bindparam("org"), id_of.in_(among), sha256.is_not(None)
    )
    found = await fetch(connection, query, {"org": subject.ledger.org, "ids": as_list(ids)})
    told = {row.id: row.body.get("sha256") for row in subject.tree}
    return [
        File(id, f"{kind}s/{id}.{ENDINGS[media[0]] if media else 'jpg'}", kept)
        for id, claimed, kept, *media in found
        if told.get(id) == claimed
    ]


async def write_out(bundle: Bundle, blobs: Blobs) -> AsyncIterator[bytes]:
    sink = Sink()
    sent: dict[str, str] = {}
    with ZipFile(sink, "w") as archive:
        for file in bundle.files:
            try:
                data = await blobs.get(bundle.org_id, file.sha256)
            except NotFound:
                continue
            sent[file.item_id] = file.path
            archive.writestr(entry(bundle, file.path), data, ZIP_STORED)
            yield sink.drain()
        items = [msgspec.structs.replace(each, file=sent.get(each.id)) for each in bundle.items]
        told = {"format": FORMAT, "made_at": bundle.made_at, "items": items}
        data = msgspec.json.format(msgspec.json.encode(told))
        archive.writestr(entry(bundle, "data.json"), data, ZIP_DEFLATED)
        for language, path in PAGES.items():
            voice = Voice(language, bundle.held.zone, bundle.questions)
            page = render_document(voice, bundle.held, bundle.made_at, items)
            archive.writestr(entry(bundle, path), page, ZIP_DEFLATED)
    yield sink.drain()


def entry(bundle: Bundle, path: str) -> ZipInfo:
    when = datetime.fromtimestamp(bundle.made_at / SECOND_MS, ZoneInfo(bundle.held.zone))
    return ZipInfo(path, when.timetuple()[:6])


class Sink:
    """What an archive is written into, to be sent on piece by piece."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits but in `parts`."""

    def close(self) -> None:
        """The archive's end is drained like the rest."""

    def drain(self) -> bytes:
        whole, self.parts = b"".join(self.parts), []
        return whole
