"""A customer's own page: what the store holds about them, and what they may do about it.

A signed link and the last four digits of the number open it for half an hour. Whoever is not there
any more, never was, or gave the wrong digits gets the same answer.
"""

from collections.abc import Mapping
from typing import Any

from limits import RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from server.attempts import address_of, attempts_at
from server.customers.own_link import OwnLink, open_link
from server.customers.public import Nonces
from server.customers.words import choose_language
from server.ground import ground_of
from server.identity.signing import BadSeal, Seal
from server.privacy import my_acts, my_page
from server.privacy.holding import Subject, find_subject, hold, knows_number
from sync import Ledger

OPEN_S = 30 * 60
FORM_FIELDS = 8
FORM_BYTES = 8 * 1024
GUESSES = (RateLimitItemPerHour(5), RateLimitItemPerDay(15))
FROM_ONE_PLACE = RateLimitItemPerMinute(60, 10)
CORRECTIONS = RateLimitItemPerDay(5)


async def ask_number(request: Request) -> Response:
    """GET. Nothing here depends on whether there is anybody."""
    language, link = language_of(request), link_of(request)
    if link is None:
        return html(my_page.render_gone(language), 404)
    ended = request.query_params.get("said")
    if ended == "ended":
        return html(my_page.render_ended(language, link.shows_all))
    return question(request, language, "over" if ended == "over" else None)


async def answer_number(request: Request) -> Response:
    """POST of the digits."""
    sent, link = await read_form(request), link_of(request)
    language = language_of(request, sent.get("lang"))
    if link is None:
        return html(my_page.render_gone(language), 404)
    if not await may_guess(request, link):
        return question(request, language, "busy", text_in(sent), 429)
    subject = await read_subject(request, link)
    if subject is None or not knows_number(subject, str(sent.get("digits") or "")):
        return question(request, language, "wrong", text_in(sent), 422)
    token = request.path_params["token"]
    ground = ground_of(request)
    opened = Seal(ground.config.keys, "my.open").close(token, ground.clock())
    path = f"/my/{token}/{opened}"
    if text := text_in(sent):
        return answer_holding(request, subject, "correct_kept", language, path, text)
    return see(f"{path}?lang={language}")


def question(
    request: Request, language: str, note: str | None = None, text: str = "", status: int = 200
) -> Response:
    path = f"/my/{request.path_params['token']}"
    return html(my_page.render_question(language, path, note, text), status)


def text_in(sent: Mapping[str, Any]) -> str:
    text = str(sent.get("text") or "").replace("\x00", "").strip()
    return text[: my_page.CORRECTION_LONGEST]


async def may_guess(request: Request, link: OwnLink) -> bool:
    """Counted alike for right and wrong."""
    attempts = attempts_at(request)
    if not await attempts.allow(FROM_ONE_PLACE, "my", address_of(request)):
        return False
    for limit in GUESSES:
        if not await attempts.allow(limit, "my_guess", link.org_id, link.id):
            return False
    return True


async def show_holding(request: Request) -> Response:
    subject = await opened_subject(request)
    if subject is None:
        return ask_again(request, language_of(request))
    said, path = request.query_params.get("said", ""), str(request.url.path)
    return answer_holding(request, subject, said, language_of(request), path)


def answer_holding(
    request: Request,
    subject: Subject,
    note: str,
    language: str,
    path: str,
    text: str = "",
    status: int = 200,
) -> Response:
    """`text`: what was typed and is not sent."""
    nonce = nonces_of(request).make(subject.link.id, ground_of(request).clock())
    held = hold(subject)
    return html(my_page.render_holding(language, held, nonce, path, note, text), status)


async def act_on_holding(request: Request) -> Response:
    """POST of one of the page's forms."""
    sent = await read_form(request)
    subject = await opened_subject(request)
    language = language_of(request, sent.get("lang"))
    if subject is None:
        return ask_again(request, language, text_in(sent))
    if sent.get("act") == "end":
        nonce = nonces_of(request).make(subject.link.id, ground_of(request).clock())
        return html(my_page.render_sure(language, nonce, subject.link.shows_all))
    if sent.get("act") == "correct":
        return await correct(request, subject, sent, language)
    return see(f"{await carry_on(request, subject.link, sent)}lang={language}")


async def carry_on(request: Request, link: OwnLink, sent: Mapping[str, Any]) -> str:
    """Does what the form says; where to look next, ready for a parameter."""
    path, token = request.url.path, request.path_params["token"]
    act, nonce = sent.get("act"), str(sent.get("nonce") or "")
    if nonces_of(request).judge(nonce, link.id, ground_of(request).clock()) == "stale":
        return f"{path}?"
    if act == "marketing":
        await my_acts.withdraw_marketing(request.app, link, nonce)
        said = "marketing_done" if link.shows_all else "marketing_one_done"
        return f"{path}?said={said}&"
    if act == "erase":
        await my_acts.end_all(request.app, link, nonce)
        return f"/my/{token}?said=ended&"
    return f"{path}?"


async def correct(
    request: Request, subject: Subject, sent: Mapping[str, Any], language: str
) -> Response:
    """What cannot be sent stays in its box."""
    link, text, path = subject.link, text_in(sent), str(request.url.path)
    nonce = str(sent.get("nonce") or "")
    if not text:
        return see(f"{path}?said=correct_none&lang={language}")
    if nonces_of(request).judge(nonce, link.id, ground_of(request).clock()) == "stale":
        return answer_holding(request, subject, "correct_kept", language, path, text)
    if not await attempts_at(request).allow(CORRECTIONS, "my_correction", link.org_id, link.id):
        return answer_holding(request, subject, "correct_busy", language, path, text, 429)
    await my_acts.ask_correction(request.app, link, nonce, text)
    return see(f"{path}?said=correct_done&lang={language}")


async def opened_subject(request: Request) -> Subject | None:
    link = opened_link(request)
    return await read_subject(request, link) if link is not None else None


def opened_link(request: Request) -> OwnLink | None:
    """The link, if its digits were given within the half hour."""
    ground = ground_of(request)
    seal = Seal(ground.config.keys, "my.open")
    try:
        opened = seal.open(request.path_params["opened"], ground.clock(), OPEN_S)
    except BadSeal:
        return None
    return link_of(request) if opened == request.path_params["token"] else None


async def read_subject(request: Request, link: OwnLink) -> Subject | None:
    ground = ground_of(request)
    async with ground.database.read() as connection:
        ledger = Ledger(link.org_id, ground.clock(), request.app.state.entities)
        return await find_subject(connection, ledger, link)


async def read_form(request: Request) -> Mapping[str, Any]:
    try:
        return await request.form(max_files=0, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES)
    except HTTPException:
        return {}


def ask_again(request: Request, language: str, text: str = "") -> Response:
    if text:
        return question(request, language, "over", text)
    return see(f"/my/{request.path_params['token']}?said=over&lang={language}")


def link_of(request: Request) -> OwnLink | None:
    ground = ground_of(request)
    return open_link(ground.config.keys, request.path_params["token"], ground.clock())


def nonces_of(request: Request) -> Nonces:
    return Nonces(ground_of(request).config.keys)


def language_of(request: Request, chosen: object = None) -> str:
    asked = str(chosen or request.query_params.get("lang") or "")
    return choose_language(asked, request.headers.get("accept-language", ""))


def see(path: str) -> Response:
    return RedirectResponse(path, 303, my_page.LOOK.headers)


def html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, my_page.LOOK.headers)


routes = [
    Route("/my/{token}", ask_number, methods=["GET"]),
    Route("/my/{token}", answer_number, methods=["POST"]),
    Route("/my/{token}/{opened}", show_holding, methods=["GET"]),
    Route("/my/{token}/{opened}", act_on_holding, methods=["POST"]),
]
