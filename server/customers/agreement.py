"""What a customer agreed to and took back: facts of their tree, and what stands of them now.

Consents given with a registration count like those that staff noted later. Nothing is overwritten:
whoever asks which words somebody saw, when and how, finds the fact.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from server.customers.consent import MARKETING, PURPOSES, SERVICE, TEXTS
from server.customers.shapes import Id, Line40, Line200
from sync import Author, Ledger, Refusal, Row, derive_id


class ConsentFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`given` false takes it back. `version` names the words; `store_id` is where it was said."""

    customer_id: Id
    purpose: Literal["service", "marketing", "photo"]
    version: Line40
    given: bool
    how: Literal["own_phone", "verbal", "signed"]
    store_id: Id | None = None
    note: Line200 = ""


class Said(NamedTuple):
    """One purpose agreed to or taken back, at a time in ms."""

    purpose: str
    given: bool
    at: int


def present(said: Iterable[Said]) -> dict[str, Said]:
    """The last word about each purpose; at the same time, the refusal. Who takes back service takes
    back everything, and nothing else is given before it is."""
    standing: dict[str, Said] = {}
    for each in sorted(said, key=lambda one: (one.at, not one.given, one.purpose != SERVICE)):
        ends_all = each.purpose == SERVICE and not each.given
        if each.given and each.purpose != SERVICE and is_withdrawn(standing):
            continue
        for purpose in PURPOSES if ends_all else (each.purpose,):
            standing[purpose] = Said(purpose, each.given, each.at)
    return standing


def is_withdrawn(standing: Mapping[str, Said]) -> bool:
    return SERVICE in standing and not standing[SERVICE].given


def settle(person: Row, said: Iterable[Said], ledger: Ledger) -> None:
    """What lists and pages read of it: whether marketing is welcome, and what was taken back."""
    standing = present(said)
    withdrawn = {each.purpose: each.at for each in standing.values() if not each.given}
    marketing = MARKETING in standing and standing[MARKETING].given
    if marketing != bool(person.body.get("marketing")):
        ledger.change(person, marketing=marketing)
    if withdrawn != (person.body.get("withdrawn") or {}):
        ledger.change(person, withdrawn=withdrawn)


def hear(person: Row, arrival: Row, ledger: Ledger) -> None:
    """A registration that counts, with no more loaded than the customer. One that was written
    before something was taken back, and comes late, gives nothing again."""
    withdrawn = person.body.get("withdrawn") or {}
    held = [Said(purpose, False, at) for purpose, at in withdrawn.items()]
    if person.body.get("marketing"):
        held.append(Said(MARKETING, True, 0))
    settle(person, [*held, *said_at(arrival)], ledger)


def recount(person: Row, ledger: Ledger) -> None:
    """From everything that was said anew. The customer's whole tree must be loaded."""
    rows = [row for row in ledger.loaded() if row.root == person.id and not row.deleted]
    arrivals = (row for row in rows if row.entity == "arrival" and counts(row, ledger))
    noted = (row for row in rows if row.entity == "consent" and is_heard(row, ledger))
    said = [each for arrival in arrivals for each in said_at(arrival)]
    said += [Said(row.body["purpose"], row.body["given"], row.at) for row in noted]
    settle(person, said, ledger)


def said_at(arrival: Row) -> list[Said]:
    """Words that we do not know are nobody's wish for offers."""
    consents = arrival.body.get("consents") or ()
    counted = (each for each in consents if each["purpose"] != MARKETING or is_known(each))
    return [Said(each["purpose"], True, arrival.at) for each in counted]


def is_known(given: Mapping[str, Any]) -> bool:
    text = TEXTS.get(given["version"])
    return text is not None and text.purpose == given["purpose"]


def name_words(arrival: Row) -> dict[str, Any]:
    """The digests of the words of a registration, by version. A newer phone may know words that we
    do not: nothing is refused for them, and whoever answers for the customer is told."""
    consents = arrival.body.get("consents") or ()
    known = {each["version"] for each in consents if is_known(each)}
    unknown = {each["version"] for each in consents if not is_known(each)}
    words = {"words_sha256": {each: TEXTS[each].sha256 for each in sorted(known)}}
    return {**words, **({"unknown_words": sorted(unknown)} if unknown else {})}


def heard(given: Mapping[str, Any]) -> dict[str, Any]:
    """What staff note was said to them: their phone is not the customer's own."""
    return {**given, "how": "verbal" if given["how"] == "own_phone" else given["how"]}


def is_heard(consent: Row, ledger: Ledger) -> bool:
    """What was said by a registration's own link is worth what that registration is."""
    arrival = ledger.own(consent.body.get("arrival_id") or "")
    return arrival is None or counts(arrival, ledger)


def has_withdrawn(person: Row) -> bool:
    """Whether nobody is to contact them."""
    return SERVICE in (person.body.get("withdrawn") or {})


def counts(arrival: Row, ledger: Ledger) -> bool:
    """Somebody stood before a member of staff, or was new: anybody can type a known number."""
    if arrival.author is not None:
        return True
    made = ledger.own(derive_id("customer", arrival.id))
    return made is not None and "created_at" in made.body


def check(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """Words that we know, about this purpose, heard at a store of one's own."""
    if not is_known(fields):
        return Refusal("invalid", "version")
    fields.update(heard(fields))
    store_id = fields.get("store_id")
    if store_id is not None and not author.reports_from(store_id):
        return Refusal("forbidden", "store_id")
    return None


def note(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    person = ledger.row(row.root)
    if person is None or person.entity != "customer":
        return Refusal("not_found", "customer_id")
    ledger.change(row, words_sha256=TEXTS[row.body["version"]].sha256)
    recount(person, ledger)
    return None
