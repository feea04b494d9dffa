"""A store's thresholds as somebody wishes them: understood, or refused with a reason. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from server.leads.rules import field_in
from server.pool.rules import PoolRules, read_rules
from sync import Kept, Ledger, Row, pending_stamp

WEEK = 7


class Fault(NamedTuple):
    """`invalid`, or `warned_at_once`: the warning is as long as the silence."""

    code: str
    field: str


def apply_wish(store: Mapping[str, Any], wish: Mapping[str, Any]) -> PoolRules | Fault:
    """The store's thresholds with these fields set anew; null is the default again."""
    wished = {**write_rules(read_rules(store)), **wish}
    kept = {name: value for name, value in wished.items() if value is not None}
    try:
        rules = msgspec.convert(kept, type=PoolRules)
    except msgspec.ValidationError as error:
        return Fault("invalid", field_in(str(error)))
    return next(faults_in(rules), rules)


def write_rules(rules: PoolRules) -> dict[str, Any]:
    """What a store's body says of these; defaults are left out."""
    written: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(rules))
    return written


def faults_in(rules: PoolRules) -> Iterator[Fault]:
    """Whoever was just spoken to must not be warned about the same day."""
    spans = {"days": rules.days} | {f"tier_days.{tier}": n for tier, n in rules.tier_days.items()}
    for field, days in spans.items():
        if rules.warning_days >= weekdays_in(days):
            yield Fault("warned_at_once", field)


def weekdays_in(days: int) -> int:
    """How many at least, whatever day it begins on."""
    weeks, rest = divmod(days, WEEK)
    return weeks * 5 + max(0, rest - 2)


def change_rules(ledger: Ledger, store: Row, rules: PoolRules, author: str) -> None:
    """What was before stays in the history."""
    written, held = write_rules(rules), store.body.get("pool")
    if written == (held or {}):
        return
    ledger.keep(store, Kept("pool", held, store.stamp("pool"), False), "changed")
    ledger.change(store, pool=written)
    store.stamps = {**store.stamps, "pool": pending_stamp(ledger.now, "", author)}
