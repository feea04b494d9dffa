"""Phones that want to be rung: each for its own person, until its device is revoked."""

from functools import partial
from typing import Annotated

import msgspec
from sqlalchemy import ColumnElement, and_, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import Conflict
from server.ground import ground_of
from server.identity.actor import Actor
from server.identity.sessions import signed_in
from server.intake import read_json
from server.notify.outbox import PUSH
from server.notify.robots import Robot, put_robot, remove_robot
from server.notify.tables import robots
from server.notify.vault import Vault
from server.notify.web_push import PhoneKeys, WebPush, check_endpoint, check_keys
from sync import derive_id

MOST_PHONES = 10


class Subscription(msgspec.Struct):
    """As the browser's `PushSubscription.toJSON()` has it."""

    endpoint: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    keys: PhoneKeys


async def show_push(request: Request) -> Response:
    """`key` is null where this server does not push; `phones`: one's own that can be rung."""
    actor, channel = await find_actor(request), channel_of(request)
    query = select(robots.c.id, robots.c.url, robots.c.secret).where(own_phones(actor))
    async with ground_of(request).database.read(snapshot=False) as connection:
        held = (await connection.execute(query)).all()
    vault = request.app.state.sender.vault
    phones = [id for id, url, secret in held if vault.can_open(url, secret)]
    return JSONResponse({"key": channel.public_key if channel.is_on else None, "phones": phones})


def own_phones(actor: Actor) -> ColumnElement[bool]:
    return and_(
        robots.c.org_id == actor.org_id,
        robots.c.kind == PUSH,
        robots.c.staff_id == actor.staff_id,
    )


async def subscribe(request: Request) -> Response:
    wish, ground = await read_json(request, Subscription), ground_of(request)
    actor = await find_actor(request)
    if not channel_of(request).is_on:
        raise Conflict("no_push")
    check_endpoint(wish.endpoint, loopback=ground.config.robot_loopback)
    check_keys(wish.keys)
    vault = request.app.state.sender.vault
    await ground.database.transact(partial(put_phone, actor=actor, wish=wish, vault=vault))
    return JSONResponse({"id": phone_id(wish.endpoint)}, 201)


async def unsubscribe(request: Request) -> Response:
    """One's own only; anything else is answered the same."""
    actor, id = await find_actor(request), request.path_params["id"]
    await ground_of(request).database.transact(partial(end_phone, actor=actor, id=id))
    return Response(status_code=204)


async def put_phone(connection: Connection, actor: Actor, wish: Subscription, vault: Vault) -> None:
    """Whoever subscribes last has the phone in hand."""
    id = phone_id(wish.endpoint)
    others = select(func.count()).where(own_phones(actor), robots.c.id != id)
    if (await connection.execute(others)).scalar_one() >= MOST_PHONES:
        raise Conflict("too_many_phones", most=MOST_PHONES)
    keys = msgspec.json.encode(wish.keys).decode()
    place = (actor.org_id, id, PUSH, "", actor.staff_id)
    robot = Robot(*place, wish.endpoint, keys, actor.device_id)
    await put_robot(connection, robot.sealed(vault))


async def end_phone(connection: Connection, actor: Actor, id: str) -> None:
    own = select(robots.c.id).where(own_phones(actor), robots.c.id == id)
    if (await connection.execute(own)).first() is not None:
        await remove_robot(connection, actor.org_id, id)


async def find_actor(request: Request) -> Actor:
    async with ground_of(request).database.read(snapshot=False) as connection:
        return await signed_in(request, connection)


def channel_of(request: Request) -> WebPush:
    channel = request.app.state.sender.channels[PUSH]
    assert isinstance(channel, WebPush)
    return channel


def phone_id(endpoint: str) -> str:
    return derive_id(PUSH, endpoint)


routes = [
    Route("/api/push", show_push, methods=["GET"]),
    Route("/api/push", subscribe, methods=["POST"]),
    Route("/api/push/{id}", unsubscribe, methods=["DELETE"]),
]
