"""A store's thresholds for the pool, read and changed; and the dry run: who would lose whom at the
next round, and why. For whoever leads the store; to anybody else it does not exist."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.customers.phone import mask
from server.db import Connection
from server.errors import BadRequest, NotFound
from server.ground import ground_of
from server.identity.actor import Actor, leads_store
from server.identity.sessions import signed_in
from server.intake import read_json
from server.pool.cases import Case, Office, find_cases
from server.pool.changing import Fault, apply_wish, change_rules, faults_in, write_rules
from server.pool.rounds import next_effective_round, open_office
from server.pool.rules import PoolRules, lower, read_rules, understand
from server.rows import Published, find_row, load, open_ledger, publish
from sync import Ledger, Row


async def show_rules(request: Request) -> Response:
    """GET. `followed` is false where they cannot be understood and the defaults stand in."""
    async with ground_of(request).database.read() as connection:
        _, store = await read_store(request, connection)
    rules = read_rules(store.body)
    faults = [fault._asdict() for fault in faults_in(rules)]
    followed = understand(store.body) is not None
    return JSONResponse({"rules": spell_out(rules), "followed": followed, "faults": faults})


async def set_rules(request: Request) -> Response:
    """PATCH. The fields that are to change; null is the default again."""
    ground, wish = ground_of(request), await read_json(request, dict[str, Any])
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor, store = await read_store(request, connection)

    async def work(connection: Connection) -> tuple[Published, PoolRules]:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [store.id])
        held = ledger.row(store.id)
        if held is None:
            raise NotFound
        rules = check_wish(held, wish)
        change_rules(ledger, held, rules, actor.staff_id)
        return await publish(connection, ledger), rules

    published, rules = await ground.database.transact(work)
    request.app.state.announce(published)
    return JSONResponse({"rules": spell_out(rules)})


async def rehearse(request: Request) -> Response:
    """GET as things are; POST as if these fields had been changed."""
    ground = ground_of(request)
    wish = await read_json(request, dict[str, Any]) if request.method == "POST" else None
    async with ground.database.read() as connection:
        actor, store = await read_store(request, connection)
        as_wished = store if wish is None else with_rules(store, check_wish(store, wish))
        office, entities = open_office(as_wished), request.app.state.entities
        at = next_effective_round(office, ground.clock())
        told = await rehearse_store(connection, Ledger(actor.org_id, at, entities), office)
    return JSONResponse(told)


async def read_store(request: Request, connection: Connection) -> tuple[Actor, Row]:
    """Who asks, and about which store. Raises NotFound."""
    actor = await signed_in(request, connection)
    store = await find_row(connection, actor.org_id, request.path_params["id"])
    if store is None or store.entity != "store" or store.deleted:
        raise NotFound
    if not leads_store(actor, store.id):
        raise NotFound
    return actor, store


def check_wish(store: Row, wish: dict[str, Any]) -> PoolRules:
    """The thresholds as wished. Raises BadRequest with the fault's code."""
    rules = apply_wish(store.body, wish)
    if isinstance(rules, Fault):
        raise BadRequest(rules.code, field=rules.field)
    return rules


def with_rules(store: Row, rules: PoolRules) -> Row:
    return msgspec.structs.replace(store, body={**store.body, "pool": write_rules(rules)})


def spell_out(rules: PoolRules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in rules.__struct_fields__}


async def rehearse_store(connection: Connection, ledger: Ledger, office: Office) -> dict[str, Any]:
    """`ledger`: of the round, and thrown away."""
    cases = await find_cases(connection, ledger, office)
    going = [describe(case) for case in cases if case.fate is not None]
    return {
        "at": ledger.now,
        "rules": spell_out(office.rules),
        "followed": understand(office.store.body) is not None,
        "customers": sorted(going, key=lambda each: (each["release_on"], each["id"])),
        "spared": [name_customer(case) for case in cases if case.step == "spare"],
    }


def describe(case: Case) -> dict[str, Any]:
    tier, fate = case.facts.tier, case.fate
    assert fate is not None
    return {
        **name_customer(case),
        "step": case.step,
        "why": fate.why,
        "release_on": fate.release_on.isoformat(),
        "is_due": case.step == "let_go",
        "heard_on": case.facts.heard_on.isoformat(),
        "tried_on": case.facts.tried_on.isoformat(),
        "attempts": case.facts.attempts,
        "tier": tier,
        "tier_then": lower(tier) if fate.why == "no_answer" else tier,
    }


def name_customer(case: Case) -> dict[str, Any]:
    body = case.customer.body
    return {
        "id": case.customer.id,
        "name": body.get("name") or body.get("salutation") or "",
        "phone": mask(body.get("phone") or ""),
        "owner_id": body["owner_id"],
    }


routes = [
    Route("/api/stores/{id}/pool", show_rules, methods=["GET"]),
    Route("/api/stores/{id}/pool", set_rules, methods=["PATCH"]),
    Route("/api/stores/{id}/pool/rehearsal", rehearse, methods=["GET", "POST"]),
]
