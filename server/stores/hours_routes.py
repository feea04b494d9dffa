"""A store's hours, its address and who answers for it, read and changed by those who lead it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, Conflict, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import Actor, leads_store, may
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import Published, find_row, load, open_ledger, publish
from server.stores.calendar import HORIZON_DAYS, HolidayRule, MakeUpRule, calendar_of
from server.stores.duty import HEADS, judge_heads, may_name
from server.stores.hours import DEFAULTS, FIELDS, change_hours, judge, set_fields
from server.stores.public_holidays import CHINA, holidays_of, language_of
from sync import Ledger, Row

Unset = msgspec.UnsetType
Shifts = Annotated[list[tuple[int, int]], msgspec.Meta(max_length=6)]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
DAYS_MOST = 1000
ADDRESS_MOST = 100
TOLD = ("address",)
"""What customers are told and no clock runs by."""


class StoreWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is to change; what is left out stays. `version`: the row that was looked at."""

    version: int | Unset = msgspec.UNSET
    zone: Name | Unset = msgspec.UNSET
    country: Name | Unset = msgspec.UNSET
    hours: Annotated[list[Shifts], msgspec.Meta(min_length=7, max_length=7)] | Unset = msgspec.UNSET
    closures: Annotated[list[Day], msgspec.Meta(max_length=DAYS_MOST)] | Unset = msgspec.UNSET
    openings: Annotated[dict[Day, Shifts], msgspec.Meta(max_length=DAYS_MOST)] | Unset = (
        msgspec.UNSET
    )
    holiday_rule: HolidayRule | Unset = msgspec.UNSET
    make_up_rule: MakeUpRule | Unset = msgspec.UNSET
    patience_s: int | Unset = msgspec.UNSET
    manager_id: Name | None | Unset = msgspec.UNSET
    deputy_id: Name | None | Unset = msgspec.UNSET
    area_id: Name | None | Unset = msgspec.UNSET
    address: Annotated[str, msgspec.Meta(max_length=ADDRESS_MOST)] | Unset = msgspec.UNSET


async def show_hours(request: Request) -> Response:
    """`?lang=zh|en` names the holidays."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        store = led_store(actor, await find_row(connection, actor.org_id, store_id_in(request)))
    return JSONResponse(describe(store, ground.clock(), request.query_params.get("lang", "zh")))


async def change_store(request: Request) -> Response:
    """All or nothing. Faults are named one by one, with the day and the shift they are at."""
    wish = plain(await read_json(request, StoreWish))
    seen = wish.pop("version", None)
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    if not may(actor, "set_hours"):
        raise Forbidden
    if not wish:
        raise BadRequest

    async def work(connection: Connection) -> tuple[Published, Row]:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [store_id_in(request)])
        store = led_store(actor, ledger.row(store_id_in(request)))
        if seen not in (None, store.seq):
            raise Conflict("changed_meanwhile", **vars(last_change(store)))
        await carry_out(connection, ledger, store, wish, actor)
        return await publish(connection, ledger), store

    published, store = await ground.database.transact(work)
    request.app.state.announce(published)
    return JSONResponse(describe(store, now, request.query_params.get("lang", "zh")))


async def carry_out(
    connection: Connection, ledger: Ledger, store: Row, wish: dict[str, Any], actor: Actor
) -> None:
    """Raises BadRequest, and Forbidden for those who may not say who answers for the store."""
    named = {field: wish[field] for field in HEADS if field in wish}
    told = {field: wish[field].strip() for field in TOLD if field in wish}
    hours = {field: value for field, value in wish.items() if field not in (*HEADS, *TOLD)}
    if named and not may_name(actor, store.id, named):
        raise Forbidden
    await load(connection, ledger, [id for id in named.values() if id])
    staff = {row.id: row for row in ledger.rows_of("staff")}
    if faults := list(judge_heads(store, named, staff)):
        raise BadRequest("heads_faulty", faults=[fault._asdict() for fault in faults])
    if hours and (faults := judge(store.body, hours, ledger.now)):
        raise BadRequest("hours_faulty", faults=[fault._asdict() for fault in faults])
    set_fields(ledger, store, named | told, actor.staff_id)
    if hours:
        change_hours(ledger, store, hours, actor.staff_id)


def store_id_in(request: Request) -> str:
    return str(request.path_params["id"])


def led_store(actor: Actor, row: Row | None) -> Row:
    """Raises Forbidden for those who lead nobody or other stores, NotFound for what is none."""
    if not may(actor, "set_hours"):
        raise Forbidden
    if row is None or row.entity != "store" or row.deleted:
        raise NotFound
    if not leads_store(actor, row.id):
        raise Forbidden
    return row


def plain(wish: StoreWish) -> dict[str, Any]:
    """As a row holds it: lists, and every closed day once."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(wish))
    if "closures" in fields:
        fields["closures"] = sorted(set(fields["closures"]))
    return fields


@dataclass(frozen=True)
class LastChange:
    changed_by: str | None
    changed_at: int


def last_change(store: Row) -> LastChange:
    stamps = map(store.stamp, (*FIELDS, *HEADS, *TOLD))
    stamp = max(stamps, key=lambda stamp: (stamp.at, stamp.version))
    return LastChange(stamp.author, stamp.at)


def describe(store: Row, now: int, tongue: str) -> dict[str, Any]:
    today = calendar_of(store.body).date_at(now)
    fields = {field: store.body.get(field, DEFAULTS.get(field)) for field in FIELDS}
    return {
        "id": store.id,
        "name": store.body["name"],
        "version": store.seq,
        **fields,
        **{field: store.body.get(field) for field in HEADS},
        **{field: store.body.get(field) or "" for field in TOLD},
        **vars(last_change(store)),
        **coming_days(fields, today, tongue),
    }


def coming_days(fields: Mapping[str, Any], today: date, tongue: str) -> dict[str, Any]:
    """Public holidays within the horizon, weekends worked for them, years nobody knows yet."""
    country, last = fields["country"] or CHINA, today + timedelta(days=HORIZON_DAYS)
    known = holidays_of(country, language_of(country, tongue))
    return {
        "holidays": [
            {"first": first.isoformat(), "last": end.isoformat(), "name": name}
            for first, end, name in known.periods(today, last)
        ],
        "make_up_days": [
            {"day": day.isoformat(), "weekday": stood.weekday()}
            for day in known.make_up_days(today, last)
            if (stood := known.works_for(day)) is not None
        ],
        "unknown_years": known.unknown_years(today, last),
    }


routes = [
    Route("/api/stores/{id}", show_hours, methods=["GET"]),
    Route("/api/stores/{id}", change_store, methods=["PATCH"]),
]
