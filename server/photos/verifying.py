"""The public page behind the code on a marked photo: what the server vouches for, and no more.

It shows neither the picture nor anybody. A code that never was, one whose photo was taken back and
one that was erased are answered with the same bytes.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from html import escape as h
from typing import Literal, NamedTuple

from limits import RateLimitItemPerMinute
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from server.attempts import address_of, attempts_at
from server.customers.words import choose_language
from server.db import Connection
from server.errors import NotFound, Unavailable
from server.ground import ground_of
from server.identity.tables import organisations
from server.pages import Look, link_other
from server.photos.codes import CODE_KEY, read_code, spell, visit_code
from server.photos.darkroom import Darkroom, darkroom_of
from server.photos.facts import Blob
from server.photos.queries import load_blob
from server.photos.settling import fact_row
from server.photos.standing import Standing, stand
from server.photos.words import WORDS
from server.rows.tables import keys

PER_ADDRESS = RateLimitItemPerMinute(30)
"""Codes are not to be guessed."""

LOOK = Look(
    "dl{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:4px 16px;"
    "margin-top:12px}dt{color:var(--soft);margin-top:12px}"
    "dd{font-size:18px;font-weight:600;margin-bottom:12px;overflow-wrap:anywhere}"
    "dd.hash{font:14px/1.4 ui-monospace,monospace}.note{color:var(--soft);margin-top:16px}"
    "input{display:block;width:100%;min-height:52px;margin-top:8px;padding:12px 14px;font:inherit;"
    "font-size:20px;letter-spacing:.06em;color:inherit;background:var(--card);"
    "border:1.5px solid var(--line);border-radius:14px}"
    "input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
    "::placeholder{color:var(--soft);opacity:1}label{display:block;font-weight:700;margin-top:16px}"
)

Words = Mapping[str, str]
State = Literal["unchanged", "changed", "unsure"]


class Vouched(NamedTuple):
    organisation: str
    standing: Standing
    blob: Blob


async def show_vouched(request: Request) -> Response:
    if not await attempts_at(request).allow(PER_ADDRESS, "photo", address_of(request)):
        return answer(request, "busy_title", say(request, "busy"), 429)
    vouched = await find_vouched(request, read_code(request.path_params["code"]))
    if vouched is None:
        return answer(request, "none_title", say(request, "none") + render_form(request), 404)
    state = await look_at(darkroom_of(request), vouched.blob)
    body = render_vouched(language_of(request), vouched, state)
    return answer(request, "title", body, top=vouched.organisation)


async def ask_code(request: Request) -> Response:
    """For whoever types; the form comes back here with what they typed."""
    typed = request.query_params.get("code", "")
    if typed:
        code = read_code(typed) or "-"
        path = f"/v/{code}?lang={language_of(request)}"
        return RedirectResponse(path, 303, LOOK.headers)
    return answer(request, "title", render_form(request))


async def find_vouched(request: Request, code: str | None) -> Vouched | None:
    if code is None:
        return None
    async with ground_of(request).database.read() as connection:
        found = await find_photo(connection, code)
        if found is None:
            return None
        org_id, photo_id, organisation = found
        photo = await fact_row(connection, org_id, photo_id, "photo")
        standing = await stand(connection, org_id, photo) if photo else None
        if photo is None or standing is None:
            return None
        blob = await load_blob(connection, org_id, photo_id, photo.body["sha256"])
    return Vouched(organisation, standing, blob) if blob else None


async def find_photo(connection: Connection, code: str) -> tuple[str, str, str] | None:
    """(org_id, photo_id, the organisation's name), by the key in each organisation: joined the
    other way round, a stranger's question would be answered by reading every key there is."""
    own = (keys.c.org_id == organisations.c.org_id) & (keys.c.kind == CODE_KEY)
    photo = select(keys.c.row_id).where(own, keys.c.value == code).scalar_subquery()
    each = select(organisations.c.org_id, photo.label("photo_id"), organisations.c.name).subquery()
    query = select(each).where(each.c.photo_id.is_not(None))
    row = (await connection.execute(query)).first()
    return (row[0], row[1], row[2]) if row else None


async def look_at(room: Darkroom, blob: Blob) -> State:
    """Whether the kept picture is still the one that was made of what arrived."""
    try:
        kept = await room.blobs.get(blob.org_id, blob.full_sha256 or "")
    except (NotFound, Unavailable):
        return "unsure"
    found = await asyncio.to_thread(lambda: hashlib.sha256(kept).hexdigest())
    return "unchanged" if found == blob.full_sha256 else "changed"


def render_vouched(language: str, vouched: Vouched, state: State) -> str:
    words, one, blob = WORDS[language], vouched.standing, vouched.blob
    told = [
        (words["code"], spell(one.code)),
        (words["picture"], words[state]),
        (words["at"], say_time(one, one.at)),
        (words["received_at"], say_time(one, one.received_at)),
        *places_of(words, one),
        *([(words["visit"], visit_code(one.visit_id))] if one.visit_id else []),
        *([(words["grade"], words[one.grade])] if one.grade in words else []),
        (words["how"], words[one.how]),
        (words["remarks"], remarks_of(language, one)),
    ]
    hashes = [(words["sent_sha256"], blob.sha256), (words["kept_sha256"], blob.full_sha256 or "")]
    lines = "".join(f"<dt>{h(name)}</dt><dd>{h(value)}</dd>" for name, value in told)
    lines += "".join(f'<dt>{h(name)}</dt><dd class="hash">{value}</dd>' for name, value in hashes)
    return f'<dl>{lines}</dl><p class="note">{h(words["note"])}</p>'


def places_of(words: Words, one: Standing) -> list[tuple[str, str]]:
    if one.where == "store":
        return [(words["store"], one.store_name)]
    home = [(words["where"], words["home"])] if one.where == "home" else []
    return [*home, (words["belongs_to"], one.store_name)]


def remarks_of(language: str, one: Standing) -> str:
    words = WORDS[language]
    said = [words[f"flag_{flag}"] for flag in one.flags if f"flag_{flag}" in words]
    return ("" if language == "zh" else " ").join(said) or words["no_flags"]


def say_time(one: Standing, at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, one.zone)
    return f"{moment:%Y-%m-%d %H:%M:%S} (UTC{moment.isoformat()[-6:]})"


def render_form(request: Request) -> str:
    words, language = WORDS[language_of(request)], language_of(request)
    return (
        f'<form action="/v"><label for="code">{h(words["ask"])}</label>'
        f'<input id="code" name="code" required maxlength="20" autocomplete="off" '
        f'autocapitalize="characters" placeholder="{h(words["hint"])}">'
        f'<input type="hidden" name="lang" value="{language}">'
        f"<button>{h(words['look'])}</button></form>"
    )


def say(request: Request, word: str) -> str:
    return f"<p>{h(WORDS[language_of(request)][word])}</p>"


def answer(
    request: Request, title: str, body: str, status: int = 200, top: str = ""
) -> HTMLResponse:
    language = language_of(request)
    head = h(WORDS[language][title])
    bar = f"<p>{h(top)}</p>{link_other(language)}"
    return HTMLResponse(
        LOOK.frame(language, head, bar, f"<h1>{head}</h1>{body}"), status, LOOK.headers
    )


def language_of(request: Request) -> str:
    accepted = request.headers.get("accept-language", "")
    return choose_language(request.query_params.get("lang"), accepted)


routes = [
    Route("/v", ask_code, methods=["GET"]),
    Route("/v/{code}", show_vouched, methods=["GET"]),
]
