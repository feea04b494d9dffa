"""A stranger sends the form: one transaction from what was typed to a lead that rings.

Customers know how to register, leads know how to ring; only here the two meet.
"""

from collections.abc import Mapping
from typing import Any

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.attempts import address_of, attempts_at
from server.customers import page, phone, public, register
from server.customers import routes as pages
from server.customers.printed import hanging_of, show_gone
from server.db import Connection
from server.ground import ground_of
from server.leads.offers import open_key, open_or_ring
from server.rows import Published, load, open_ledger, publish
from server.stores.calendar import calendar_of, promise
from server.stores.queries import Hanging, note_registration
from sync import Entities, Ledger, Row, derive_id

FORM_FIELDS = 12
FORM_BYTES = 64 * 1024
PER_PHONE = RateLimitItemPerHour(6)
# A whole store shares one address, its guests' Wi-Fi, and one poster.
PER_ADDRESS = RateLimitItemPerMinute(60, 10)
PER_POSTER = RateLimitItemPerHour(300)


async def submit(request: Request) -> Response:
    """POST of the customer's page. Nothing is stored unless everything is sound."""
    held = await hanging_of(request)
    if isinstance(held, Response):
        return held
    sent = await read_form(request)
    if sent.get(public.UNDER_14):  # A page that was opened before the link took its place.
        return pages.show_under_14(request, held, language_in(sent), 422)
    answers, note = public.read_answers(sent), await find_hindrance(request, held, sent)
    wrong = public.find_faults(answers)
    if note is None and not wrong and not await is_allowed(request, held, answers):
        note = "busy"
    if note or wrong:
        form = page.Form({**answers, "lang": language_in(sent)}, wrong, note or "check")
        return pages.answer_form(request, held, form, 429 if note == "busy" else 422)
    thanks = await receive(request, held, str(sent["nonce"]), answers)
    if thanks is None:
        return show_gone(request)
    return thank(request, thanks, language_in(sent))


async def read_form(request: Request) -> Mapping[str, Any]:
    """The fields sent; a body that is no form is an empty one, and the page explains itself."""
    try:
        sent: FormData = await request.form(
            max_files=0, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES
        )
    except HTTPException:
        return {}
    return sent


async def find_hindrance(request: Request, held: Hanging, sent: Mapping[str, Any]) -> str | None:
    """Why the page itself must be sent again: too old, too quick to be a person, or a trap hit."""
    ground = ground_of(request)
    if sent.get(public.TRAP):
        return "fast"
    nonce = str(sent.get("nonce") or "")
    return public.Nonces(ground.config.keys).judge(nonce, held.poster.id, ground.clock())


async def is_allowed(request: Request, held: Hanging, answers: Mapping[str, str]) -> bool:
    """The answer is the same for known and new phones."""
    counted: list[tuple[RateLimitItem, str, str]] = [
        (PER_ADDRESS, "address", address_of(request)),
        (PER_POSTER, "poster", held.poster.id),
        (PER_PHONE, "phone", phone.canonical(answers["phone"]) or ""),
    ]
    attempts = attempts_at(request)
    for limit, kind, name in counted:
        if not await attempts.allow(limit, "register", kind, name):
            return False
    return True


async def receive(
    request: Request, held: Hanging, nonce: str, answers: Mapping[str, str]
) -> public.Thanks | None:
    """One transaction; a page sent again finds what it did the first time. None if what it did was
    erased since."""
    ground, now = ground_of(request), ground_of(request).clock()
    entities: Entities = request.app.state.entities
    poster, id = held.poster, public.name_arrival(nonce)
    fields = public.read_registration(answers, poster)
    day = calendar_of(held.store).date_at(now).isoformat()

    async def work(connection: Connection) -> tuple[Row | None, Published | None]:
        ledger = await open_ledger(connection, poster.org_id, entities, now)
        await load_around(connection, ledger, fields, id)
        if ledger.is_erased(id):
            return None, None
        if (before := ledger.row(id)) is not None:
            return before, None
        arrival = arrive(ledger, fields, id)
        lead_id = arrival.body["opened_lead_id"]
        await note_registration(connection, poster, day, id, lead_id)
        return arrival, await publish(connection, ledger)

    arrival, published = await ground.database.transact(work)
    if arrival is None:
        return None
    if published is not None:
        request.app.state.announce(published)
    patience_s = pages.patience_of(held)
    promised_at = promise(calendar_of(held.store), arrival.received_at, patience_s)
    code = register.make_pass(poster.org_id, arrival.id)
    return public.Thanks(code, arrival.received_at, promised_at)


async def load_around(
    connection: Connection, ledger: Ledger, fields: Mapping[str, Any], id: str
) -> None:
    """What a registration may read, whether its customer is known or not."""
    new_customer = derive_id("customer", id)
    keys = register.wanted_keys(fields, id, ledger.org)
    keys.append(("open_lead", open_key(new_customer, fields["store_id"])))
    ids = [id, new_customer, fields["store_id"]]
    await load(connection, ledger, ids, keys, frozenset([fields["store_id"]]))


def arrive(ledger: Ledger, fields: dict[str, Any], id: str) -> Row:
    """Pure: the arrival, its card, its customer if new, and the lead it opens or rings."""
    made = register.record_arrival(ledger, fields, id, ledger.now)
    lead = open_or_ring(
        ledger,
        made.arrival,
        made.customer,
        reception="none",
        receiver_id=None,
        author=None,
        card=made.card,
    )
    ledger.change(made.card, lead_id=lead.id)
    return made.arrival


def thank(request: Request, thanks: public.Thanks, language: str) -> Response:
    """Away from the form, so that a reload sends nothing again."""
    token = public.seal_thanks(ground_of(request).config.keys, thanks)
    path = f"{request.url.path}/thanks/{token}?lang={language}"
    return RedirectResponse(path, 303, page.LOOK.headers)


def language_in(sent: Mapping[str, Any]) -> str:
    return "en" if sent.get("lang") == "en" else "zh"


routes = [
    Route("/r/{token}", submit, methods=["POST"]),
    Route("/r/{token}/{store}", submit, methods=["POST"]),
]
