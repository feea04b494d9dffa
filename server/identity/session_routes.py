"""Signing in, by password, PIN or link; asking who one is; signing out."""

from typing import Annotated, Any

import msgspec
from sqlalchemy import Row
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.attempts import address_of, attempts_at
from server.errors import BadRequest, Unauthenticated
from server.ground import ground_of
from server.identity.accounts import accounts_named, change_password, login_key
from server.identity.devices import MAX_PIN_FAILURES, read_credential
from server.identity.links import read_link
from server.identity.passwords import Passwords
from server.identity.pins import count_attempt, still_works_here, unlock
from server.identity.sessions import (
    COOKIE,
    actor_of,
    end_session,
    live_session,
    read_cookie,
    session_of,
    set_cookie,
    start_session,
)
from server.identity.throttle import count_sign_in, forgive_sign_in
from server.intake import read_json


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    login: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    org: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Unlock(msgspec.Struct, forbid_unknown_fields=True):
    credential: Annotated[str, msgspec.Meta(max_length=1000)]
    pin: Annotated[str, msgspec.Meta(max_length=6)]


async def sign_in(request: Request) -> Response:
    wish = await read_json(request, SignIn)
    attempts, address = attempts_at(request), address_of(request)
    account_key = login_key(wish.login)
    await count_sign_in(attempts, account_key, address)
    account = await account_behind(request, wish)
    await forgive_sign_in(attempts, account_key, address)
    return await new_session(request, account.org_id, account.org_code, account.id)


async def account_behind(request: Request, wish: SignIn) -> Row[Any]:
    """The one account that the name and password open. Raises Unauthenticated."""
    ground, passwords = ground_of(request), passwords_of(request)
    async with ground.database.read() as connection:
        candidates = await accounts_named(connection, wish.login, wish.org)
    opened = [
        each for each in candidates if await passwords.match(each.password_hash, wish.password)
    ]
    if not candidates:
        await passwords.match(None, wish.password)
    if not opened:
        raise Unauthenticated("wrong_password")
    if len(opened) > 1:
        raise BadRequest("organisation_needed", orgs=[each.org_code for each in opened])
    await renew_hash(request, opened[0], wish.password)
    return opened[0]


async def renew_hash(request: Request, account: Row[Any], password: str) -> None:
    """When the cost of a hash was raised since."""
    passwords = passwords_of(request)
    if passwords.outdated(account.password_hash):
        renewed = await passwords.hash(password)
        await ground_of(request).database.transact(
            lambda connection: change_password(connection, account.org_id, account.id, renewed)
        )


async def new_session(request: Request, org_id: str, org_code: str, staff_id: str) -> Response:
    ground = ground_of(request)
    now = ground.clock()
    cookie = await ground.database.transact(
        lambda connection: start_session(connection, org_id, org_code, staff_id, now)
    )
    return await welcome(request, cookie)


async def welcome(request: Request, cookie: str) -> Response:
    """The answer to a sign-in: the cookie, and what GET /api/session would say."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        row = await live_session(connection, cookie, now, request.app.state.seen)
    return with_cookie(request, JSONResponse(described(row, now)), cookie)


def with_cookie(request: Request, response: Response, cookie: str) -> Response:
    set_cookie(response, cookie, https=ground_of(request).config.https)
    return response


async def show_session(request: Request) -> Response:
    ground = ground_of(request)
    async with ground.database.read(snapshot=False) as connection:
        row = await session_of(request, connection)
    return JSONResponse(described(row, ground.clock()))


def described(row: Row[Any], now: int) -> dict[str, Any]:
    actor = actor_of(row)
    return {
        "staff": {
            "id": actor.staff_id,
            "name": row.name,
            "role": actor.role,
            "store_ids": list(actor.store_ids),
            "accepts_leads": actor.accepts_leads,
        },
        "org": {"id": row.org_id, "code": row.org_code, "name": row.org_name, "zone": row.zone},
        "now": now,
    }


async def sign_out(request: Request) -> Response:
    """Ends the session. The device's credential stays: unsent work must still leave the phone."""
    ground = ground_of(request)
    async with ground.database.read(snapshot=False) as connection:
        row = await session_of(request, connection)
    token_hash = read_cookie(request.cookies.get(COOKIE)).token_hash
    now = ground.clock()
    await ground.database.transact(
        lambda connection: end_session(connection, row.org_id, token_hash, now)
    )
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def unlock_phone(request: Request) -> Response:
    """One person of a shared phone takes over, with a PIN of 4 to 6 digits."""
    wish = await read_json(request, Unlock)
    ground = ground_of(request)
    now = ground.clock()
    org_code, device_id = read_credential(ground.config.keys, wish.credential, now)
    attempt = await ground.database.transact(
        lambda connection: count_attempt(connection, org_code, device_id)
    )
    if not await passwords_of(request).match(attempt.pin_hash, wish.pin):
        raise Unauthenticated("wrong_pin", left=MAX_PIN_FAILURES - attempt.pin_failures)
    cookie = await ground.database.transact(
        lambda connection: unlock(connection, org_code, device_id, attempt, now)
    )
    return await welcome(request, cookie)


async def enter(request: Request) -> Response:
    """A printed link signs in for a day from its making. Made by `server.cli`.

    One that is void leads to the sign-in page, which says so.
    """
    ground = ground_of(request)
    now = ground.clock()
    try:
        link = read_link(ground.config.keys, request.path_params["token"], now)
    except Unauthenticated:
        return RedirectResponse("/?link=void", status_code=303)
    async with ground.database.read() as connection:
        if not await still_works_here(connection, link.org_id, link.staff_id):
            raise Unauthenticated
    cookie = await ground.database.transact(
        lambda connection: start_session(connection, link.org_id, link.org_code, link.staff_id, now)
    )
    return with_cookie(request, RedirectResponse("/", status_code=303), cookie)


def passwords_of(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


routes = [
    Route("/api/session", sign_in, methods=["POST"]),
    Route("/api/session", show_session, methods=["GET"]),
    Route("/api/session", sign_out, methods=["DELETE"]),
    Route("/api/session/unlock", unlock_phone, methods=["POST"]),
    Route("/enter/{token}", enter, methods=["GET"]),
]
