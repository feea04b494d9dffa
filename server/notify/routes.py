"""Doors for setting up robots and mailboxes, and for seeing what they did not get across."""

from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Row as Record
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, Conflict, NotFound
from server.ground import ground_of
from server.identity.actor import Actor
from server.identity.sessions import signed_in
from server.intake import read_json
from server.notify import robots
from server.notify.channel import Answer
from server.notify.hooks import check_address, check_url
from server.notify.outbox import MAIL
from server.notify.robots import Robot, may_set_up
from server.notify.trying import try_out
from server.notify.vault import Vault
from server.rows import find_row

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Secret = Annotated[str, msgspec.Meta(max_length=200)]
Name = Annotated[str, msgspec.Meta(max_length=40)]
ROBOTS_MOST = 20


class RobotWish(msgspec.Struct, forbid_unknown_fields=True):
    """A new robot; `id` is the phone's, so that asking twice makes one."""

    id: Id
    kind: Literal["wecom", "dingtalk", "feishu", "mail"]
    url: Url
    store_id: Id | None = None
    secret: Secret = ""
    name: Name = ""
    urgent_only: bool = False


class ChangeWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is left out stays: so secrets need not be known to be kept."""

    url: Url | msgspec.UnsetType = msgspec.UNSET
    secret: Secret | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    name: Name | msgspec.UnsetType = msgspec.UNSET
    urgent_only: bool | msgspec.UnsetType = msgspec.UNSET


class RetryWish(msgspec.Struct, forbid_unknown_fields=True):
    """Without `messages`: all of the robot's dead letters."""

    messages: Annotated[list[Id], msgspec.Meta(max_length=100)] | None = None


async def show_robots(request: Request) -> Response:
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        found = await robots.list_robots(connection, actor, vault_of(request))
    return JSONResponse({"robots": found, "mail": ground.config.smtp is not None})


async def add_robot(request: Request) -> Response:
    wish, ground = await read_json(request, RobotWish), ground_of(request)
    actor = await find_actor(request)
    robot = robot_in(wish, actor)
    if not may_set_up(actor, robot.kind, robot.store_id, robot.staff_id):
        raise NotFound
    check_place(request, robot.kind, robot.url)

    async def work(connection: Connection) -> None:
        await check_owner(connection, actor, robot)
        await robots.put_robot(connection, robot.sealed(vault_of(request)))

    await ground.database.transact(work)
    return JSONResponse({"id": robot.id}, 201)


def robot_in(wish: RobotWish, actor: Actor) -> Robot:
    if (wish.kind == MAIL) != (wish.store_id is None):
        raise BadRequest(field="store_id")
    staff_id = actor.staff_id if wish.kind == MAIL else None
    return Robot(
        actor.org_id,
        wish.id,
        wish.kind,
        wish.store_id or "",
        staff_id,
        wish.url,
        wish.secret or None,
        name=wish.name.strip(),
        urgent_only=int(wish.urgent_only),
    )


async def check_owner(connection: Connection, actor: Actor, robot: Robot) -> None:
    """There is such a store, and the id is free or of a robot of the same owner."""
    held = await robots.find_robot(connection, actor.org_id, robot.id)
    if held and (held.store_id, held.staff_id) != (robot.store_id, robot.staff_id):
        raise Conflict("id_taken")
    if robot.store_id:
        store = await find_row(connection, actor.org_id, robot.store_id)
        if store is None or store.entity != "store":
            raise NotFound
    if await robots.count_alike(connection, robot) >= ROBOTS_MOST:
        raise Conflict("too_many_robots")


def check_place(request: Request, kind: str, url: str) -> None:
    if kind == MAIL:
        check_address(url)
    else:
        check_url(kind, url, loopback=ground_of(request).config.robot_loopback)


async def change_robot(request: Request) -> Response:
    wish: dict[str, Any] = msgspec.to_builtins(await read_json(request, ChangeWish))
    actor, id = await find_actor(request), request.path_params["id"]
    if not wish:
        raise BadRequest

    async def work(connection: Connection) -> None:
        robot = await own_robot(connection, actor, id)
        if "url" in wish:
            check_place(request, robot.kind, wish["url"])
        await robots.change_robot(connection, actor.org_id, id, as_kept(wish, vault_of(request)))

    await ground_of(request).database.transact(work)
    return Response(status_code=204)


def as_kept(wish: dict[str, Any], vault: Vault) -> dict[str, Any]:
    """What of a wish goes into the columns; an empty secret is none."""
    shut = {name: vault.close(wish[name]) for name in ("url", "secret") if wish.get(name)}
    gone = {"secret": None} if wish.get("secret") == "" else {}
    flags = {name: int(wish[name]) for name in ("enabled", "urgent_only") if name in wish}
    named = {"name": wish["name"].strip()} if "name" in wish else {}
    return shut | gone | flags | named


def vault_of(request: Request) -> Vault:
    vault: Vault = request.app.state.sender.vault
    return vault


async def remove_robot(request: Request) -> Response:
    actor, id = await find_actor(request), request.path_params["id"]

    async def work(connection: Connection) -> None:
        await own_robot(connection, actor, id)
        await robots.remove_robot(connection, actor.org_id, id)

    await ground_of(request).database.transact(work)
    return Response(status_code=204)


async def retry_messages(request: Request) -> Response:
    wish, actor = await read_json(request, RetryWish), await find_actor(request)
    id = request.path_params["id"]

    async def work(connection: Connection) -> int:
        await own_robot(connection, actor, id)
        return await robots.revive(connection, actor.org_id, id, wish.messages)

    revived = await ground_of(request).database.transact(work)
    return JSONResponse({"revived": revived})


async def test_robot(request: Request) -> Response:
    """Sends a message now, past the queue, and tells what the robot answered."""
    actor, id = await find_actor(request), request.path_params["id"]
    async with ground_of(request).database.read(snapshot=False) as connection:
        await own_robot(connection, actor, id)
    answer: Answer = await try_out(request.app.state.sender, actor.org_id, id)
    return JSONResponse({"verdict": answer.verdict, "code": answer.code, "detail": answer.detail})


async def find_actor(request: Request) -> Actor:
    async with ground_of(request).database.read(snapshot=False) as connection:
        return await signed_in(request, connection)


async def own_robot(connection: Connection, actor: Actor, id: str) -> Record[Any]:
    """The robot, if `actor` may set it up; else it does not exist."""
    robot = await robots.find_robot(connection, actor.org_id, id)
    if robot is None or not may_set_up(actor, robot.kind, robot.store_id, robot.staff_id):
        raise NotFound
    return robot


routes = [
    Route("/api/robots", show_robots, methods=["GET"]),
    Route("/api/robots", add_robot, methods=["POST"]),
    Route("/api/robots/{id}", change_robot, methods=["PATCH"]),
    Route("/api/robots/{id}", remove_robot, methods=["DELETE"]),
    Route("/api/robots/{id}/test", test_robot, methods=["POST"]),
    Route("/api/robots/{id}/retry", retry_messages, methods=["POST"]),
]
