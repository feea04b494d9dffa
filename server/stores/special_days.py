"""Once a day: what phones are told about holidays, brought up to date.

A new year begins, or a newer `holidays` package knows what a government has published since.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from starlette.applications import Starlette

from server.db import Connection, Database
from server.rows import (
    Published,
    in_each_organisation,
    keep_looking,
    load_scope,
    open_ledger,
    publish,
)
from server.stores.calendar import HORIZON_DAYS, calendar_of
from server.stores.hours import HOURS_CHANGED, name_special_days
from server.stores.public_holidays import holidays_of
from sync import ORGANISATION, Entities, Row

LOOK_PAUSE_S = 24 * 3600
log = logging.getLogger("shopbell.holidays")


async def keep_special_days(app: Starlette) -> None:
    await keep_looking(app, update_special_days, LOOK_PAUSE_S)


async def update_special_days(database: Database, entities: Entities, now: int) -> list[Published]:
    """One transaction for each organisation; what waits in a store that changed is looked at."""
    work = partial(update_organisation, entities=entities, now=now)
    return await in_each_organisation(database, work)


async def update_organisation(
    connection: Connection, org_id: str, entities: Entities, now: int
) -> Published | None:
    ledger = await open_ledger(connection, org_id, entities, now)
    stores = await load_scope(connection, ledger, ORGANISATION, "store")
    report_unknown_years(stores, now)
    for store in stores:
        if name_special_days(ledger, store):
            ledger.schedule(HOURS_CHANGED, store.id, now)
    return await publish(connection, ledger) if ledger.touched else None


def report_unknown_years(stores: Iterable[Row], now: int) -> None:
    """Into the journal, for whoever updates the package."""
    missing: dict[str, list[int]] = {}
    for store in stores:
        calendar = calendar_of(store.body)
        today = calendar.date_at(now)
        years = holidays_of(calendar.country).unknown_years(
            today, today + timedelta(days=HORIZON_DAYS)
        )
        if years:
            missing[calendar.country] = years
    if missing:
        log.info("make-up days not known yet", extra={"facts": {"years": missing}})
