"""What customers do on their own page, each a transaction: who did it is the customer, and nobody
of the staff. The same page sent twice does it once."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette

from server.customers import agreement
from server.customers.consent import CURRENT, MARKETING, SERVICE
from server.customers.own_link import OwnLink
from server.db import Connection
from server.ground import ground_in
from server.privacy.carrying_out import carry_out
from server.privacy.emptying import empty
from server.privacy.erasing import Wish
from server.privacy.holding import Subject, find_subject
from server.privacy.requests import ask
from server.privacy.telling import CORRECTS, people_of, tell_heads
from server.privacy.withdrawing import follow
from server.rows import Published, load, open_ledger, publish
from sync import derive_id

SAID = "客户本人要求更正：{text}"
UNPROVED = "有人扫码登记了这个号码，要求更正（请先核实是不是本人）：{text}"
"""A comment is read by staff, on every version of the app."""

Work = Callable[[Connection, Subject], Awaitable[None]]


async def carry_on(app: Starlette, link: OwnLink, work: Work) -> Subject | None:
    """Of whom it was done, if there is anybody."""
    ground = ground_in(app)

    async def act(connection: Connection) -> tuple[Subject | None, Published | None]:
        ledger = await open_ledger(connection, link.org_id, app.state.entities, ground.clock())
        subject = await find_subject(connection, ledger, link)
        if subject is not None:
            await work(connection, subject)
        return subject, await publish(connection, ledger) if ledger.touched else None

    subject, published = await ground.database.transact(act)
    if published is not None:
        app.state.announce(published)
    return subject


async def withdraw_marketing(app: Starlette, link: OwnLink, nonce: str) -> None:
    text, id = CURRENT[MARKETING], derive_id("consent", nonce)

    async def work(connection: Connection, subject: Subject) -> None:
        ledger, person = subject.ledger, subject.person
        await load(connection, ledger, [id])
        if ledger.row(id) is not None:
            return
        body = {"customer_id": person.id, "purpose": MARKETING, "version": text.version}
        said = {"given": False, "how": "own_phone", "note": "", "words_sha256": text.sha256}
        whose = {"arrival_id": subject.arrival.id} if subject.arrival else {}
        ledger.create("consent", id, person.id, {**body, **said, **whose, **handed(link)})
        agreement.recount(person, ledger)

    await carry_on(app, link, work)


def handed(link: OwnLink) -> dict[str, str]:
    """What came by a link that staff handed out says who did."""
    return {"handed_by": link.by_id} if link.by_id else {}


async def ask_correction(app: Starlette, link: OwnLink, nonce: str, text: str) -> None:
    id = derive_id("comment", nonce)

    async def work(connection: Connection, subject: Subject) -> None:
        ledger, person = subject.ledger, subject.person
        await load(connection, ledger, [id])
        if ledger.row(id) is not None:
            return
        told = (SAID if subject.is_theirs_alone else UNPROVED).format(text=text)
        body = {"customer_id": person.id, "text": told, **handed(link)}
        ledger.create("comment", id, person.id, body)
        await tell_heads(connection, ledger, CORRECTS, person, id)

    await carry_on(app, link, work)


async def end_all(app: Starlette, link: OwnLink, nonce: str) -> None:
    """Everything goes where one registration made it and nobody came to it since. Else what was
    typed goes, the link ends, so that nobody can tell from it who was known, and staff make sure
    who asks. By a link that staff handed out nobody can tell who asks: contact ends, and a person
    decides about the rest."""

    async def work(connection: Connection, subject: Subject) -> None:
        if subject.arrival is None:
            await withdraw_service(connection, subject, nonce)
        elif not subject.is_theirs_alone:
            ledger, arrival, person = subject.ledger, subject.arrival, subject.person
            await empty(connection, ledger, arrival, person)
            ask(ledger, person, arrival, "registration", None, people_of(person, None))

    subject = await carry_on(app, link, work)
    if subject is not None and subject.arrival is not None and subject.is_theirs_alone:
        wish = Wish(subject.person.id, None, "consent_withdrawn")
        await carry_out(app, link.org_id, wish, lambda store_id: True)


async def withdraw_service(connection: Connection, subject: Subject, nonce: str) -> None:
    """All that follows when staff note it."""
    ledger, person, text = subject.ledger, subject.person, CURRENT[SERVICE]
    id = derive_id("consent", nonce)
    await load(connection, ledger, [id])
    if ledger.row(id) is not None:
        return
    body = {"customer_id": person.id, "purpose": SERVICE, "version": text.version, "given": False}
    said = {"how": "own_phone", "note": "", "words_sha256": text.sha256, **handed(subject.link)}
    withdrawal = ledger.create("consent", id, person.id, {**body, **said})
    agreement.recount(person, ledger)
    follow(withdrawal, ledger, "handed_link", subject.link.by_id)
