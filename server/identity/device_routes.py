"""Enrolling, listing and revoking devices; what was lost on them."""

from dataclasses import asdict
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest
from server.ground import ground_of
from server.identity.devices import Enrolment, credential_for, devices_seen_by, enrol, revoke
from server.identity.losses import Told, keep_loss, losses_seen_by
from server.identity.passwords import Passwords
from server.identity.sessions import actor_of, bind_session, session_of, signed_in
from server.intake import read_json

REASONS = ("lost", "replaced", "compromised")


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    shared: bool = False
    pin: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,6}$")] | None = None


async def enrol_device(request: Request) -> Response:
    """Answers with the push credential, which works also when nobody is signed in."""
    wish = await read_json(request, Wish)
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        session = await session_of(request, connection)
    actor = actor_of(session)
    passwords: Passwords = request.app.state.passwords
    pin_hash = await passwords.hash(wish.pin) if wish.pin else None
    enrolment = Enrolment(wish.id, wish.name, wish.shared, pin_hash)

    async def work(connection: Connection) -> None:
        await enrol(connection, actor, enrolment, now)
        await bind_session(connection, actor.org_id, session.token_hash, wish.id)

    await ground.database.transact(work)
    credential = credential_for(ground.config.keys, session.org_code, wish.id, now)
    return JSONResponse({"credential": credential}, status_code=201)


async def list_devices(request: Request) -> Response:
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        seen = await devices_seen_by(connection, actor, request.app.state.reports)
        lost = await losses_seen_by(connection, actor, ground.clock())
    listed = {"devices": [asdict(each) for each in seen], "losses": [asdict(each) for each in lost]}
    return JSONResponse(listed)


async def tell_loss(request: Request) -> Response:
    told = await read_json(request, Told)
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    await ground.database.transact(lambda connection: keep_loss(connection, actor, told, now))
    return Response(status_code=204)


async def revoke_device(request: Request) -> Response:
    """`?why=lost|replaced|compromised` decides what becomes of the work still on the phone."""
    why = request.query_params.get("why", "replaced")
    if why not in REASONS:
        raise BadRequest(field="why")
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    device_id = request.path_params["id"]
    await ground.database.transact(
        lambda connection: revoke(connection, actor, device_id, why, now)
    )
    return Response(status_code=204)


routes = [
    Route("/api/devices", enrol_device, methods=["POST"]),
    Route("/api/devices", list_devices, methods=["GET"]),
    Route("/api/losses", tell_loss, methods=["POST"]),
    Route("/api/devices/{id}", revoke_device, methods=["DELETE"]),
]
