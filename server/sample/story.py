"""What happened to each customer before today, told through the same rules as real work."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import DAY_MS, MINUTE_MS
from server.customers import contact, customer, register
from server.customers.consent import CURRENT
from server.followups import entities as followups
from server.leads import offers
from server.sample import phrases
from server.sample.cast import SELLERS, STORES, ZONE, Person, make_id
from server.sample.endings import ENDINGS
from server.sample.people import Cast
from server.visits import entities as visits
from sync import Ledger, Row

_ZONE = ZoneInfo(ZONE)
_DAYS = {
    "fresh": (0, 0), "new": (0, 1), "active": (3, 60), "dormant": (20, 90), "pool": (25, 75),
    "fading": (14, 15), "rivals": (1, 1),
}  # fmt: skip
_RESULTS: dict[str, tuple[str, ...]] = {
    "needs": ("partial", "clear", "changed", "clear"),
    "proposal": ("skipped", "revise", "comparing", "expensive", "approved"),
    "objection": ("skipped", "open", "none", "resolved"),
}
_SOURCES = {"poster": "poster", "staff": "staff"}


class Teller:
    """Tells one customer's story into a ledger whose clock it moves; `now` is today's, in ms.

    `days` ago it began, at `start`; who has the customer is said before it is told: `seller`.
    """

    def __init__(self, ledger: Ledger, cast: Cast, now: int) -> None:
        self.ledger = ledger
        self.cast = cast
        self.now = now
        self.random = Random(f"story {cast.number}")
        self.count = 0
        self.seller = SELLERS[cast.profile["store_id"]][0]
        self.days = self.random.randint(*_DAYS.get(cast.story, (5, 75)))
        is_fresh = cast.story == "fresh"
        self.start = self.now - 2 * MINUTE_MS if is_fresh else self.daytime(-self.days)

    def tell(self) -> None:
        person, lead = self.arrive(self.start)
        if self.cast.story == "fresh":
            return
        accepted_at = self.hand_out(lead, self.start)
        if self.cast.story in ENDINGS:
            ENDINGS[self.cast.story](self, person, lead)
        elif self.cast.story != "new":
            self.follow(person, lead, accepted_at, self.days)

    # Steps

    def arrive(self, at: int) -> tuple[Row, Row]:
        self.at(at)
        profile = self.cast.profile
        person = self.ledger.create("customer", self.id("customer"), self.id("customer"), profile)
        self.ledger.claim(*customer.find_keys(profile)[0], person)
        customer.begin(person, self.ledger, None)
        self.ledger.put_key(("open_lead", f"{person.id}|{profile['store_id']}"), None)
        author = self.seller.id if self.is_in_person else None
        arrival = self.ledger.create(
            "arrival", self.id("arrival"), person.id, self.typed(person), author=author
        )
        made = register.settle_arrival(self.ledger, arrival, person, False)
        lead = offers.open_or_ring(
            self.ledger, arrival, person,
            reception="none", receiver_id=None, author=None, card=made.card,
        )  # fmt: skip
        self.ledger.change(made.card, lead_id=lead.id)
        return person, lead

    def hand_out(self, lead: Row, start: int) -> int:
        """Offered and accepted; now and then by the second who was asked. Returns when (ms)."""
        at, seller_id = start, self.seller.id
        if self.is_in_person:
            self.ledger.change(lead, self_received=True)
            offers.accept(self.ledger, lead, seller_id)
            return at
        others = [each.id for each in SELLERS[lead.body["store_id"]] if each != self.seller]
        if others and self.random.random() < 0.1:
            self.offer(lead, others[0], at)
            at += 20 * MINUTE_MS
            self.at(at)
            offers.withdraw(self.ledger, lead, "missed")
        self.offer(lead, seller_id, at)
        at += self.random.randint(2, 19) * MINUTE_MS
        self.at(at)
        offers.accept(self.ledger, lead, seller_id)
        return at

    def offer(self, lead: Row, to_id: str, at: int) -> None:
        self.at(at)
        chosen = [{"staff_id": to_id, "code": "fairest"}]
        missed = [{"staff_id": id, "code": "missed"} for id in lead.body["missed_ids"]]
        self.ledger.change(lead, reasons=chosen + missed)
        offers.offer(self.ledger, lead, to_id, "fairest")

    def follow(self, person: Row, lead: Row, since: int, days: int) -> None:
        """A few contacts, evenly spread, the last as long ago as the story says."""
        quiet = {"dormant": self.random.randint(8, 18), "closed": self.random.randint(1, 30)}
        last = min(quiet.get(self.cast.story, self.random.randint(0, 4)), max(days - 1, 0))
        contacts = self.random.randint(1, 5)
        for nth in range(contacts):
            ago = days - round((days - last) * (nth + 1) / contacts)
            at = self.daytime(-ago) if ago else self.now - self.random.randint(40, 300) * MINUTE_MS
            self.contact(person, lead, max(at, since + (nth + 1) * 3600_000), nth, contacts)
        self.look_back(person, last)
        if self.cast.story == "closed":
            self.close(lead)

    def contact(self, person: Row, lead: Row, at: int, nth: int, contacts: int) -> None:
        at = min(at, self.now - MINUTE_MS)
        self.at(at)
        is_last = nth == contacts - 1
        body = self.results(nth, at, is_last)
        body |= {"customer_id": person.id, "lead_id": lead.id}
        row = self.write("follow_up", person, body, at)
        followups.count(row, self.ledger, self.seller.author)

    def look_back(self, person: Row, last: int) -> None:
        """What colleagues left beside the contacts: remarks, and a visit now and then."""
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            at = self.daytime(-last - self.random.randint(0, 3))
            body = {"customer_id": person.id, "text": self.random.choice(phrases.REMARKS)}
            self.write("comment", person, body, min(at, self.now - MINUTE_MS))
        if self.random.random() < 0.25:
            self.visit(person, self.daytime(-last - 1))
        if self.cast.number % 4 == 1:
            self.bring_along(person)

    def bring_along(self, person: Row) -> None:
        """Somebody who was there too, with a number of their own."""
        relation, name, note = phrases.KIN[self.cast.number % len(phrases.KIN)]
        number = f"+86188{self.cast.number % 10_000:04d}6600"
        self.ledger.put_key((customer.PHONE_KEY, number), None)
        told = {"customer_id": person.id, "relation": relation, "name": name, "phone": number}
        row = self.write("contact", person, {**told, "note": note}, self.ledger.now)
        self.ledger.change(row, phone_valid=True)
        customer.list_contacts(person, self.ledger, [row.id])
        contact.take_number(row, person, self.ledger)

    def visit(self, person: Row, at: int) -> None:
        self.at(at)
        point = STORES[person.body["store_id"]]["point"]
        body = {
            "customer_id": person.id,
            "store_id": None,
            "lat": round(point["lat"] + self.random.uniform(-0.05, 0.05), 5),
            "lng": round(point["lng"] + self.random.uniform(-0.05, 0.05), 5),
            "accuracy_m": float(self.random.choice((8, 15, 30, 65, 120))),
            "fix_at": at - self.random.randint(1, 40) * 1000,
            "fix_source": "gps",
            "note": self.random.choice(("上门量尺", "送样板", "看现场", "交图纸")),
        }
        row = self.write("visit", person, body, at)
        visits.measure(row, self.ledger, self.seller.author)

    def close(self, lead: Row) -> None:
        self.at(min(self.ledger.now + 3600_000, self.now - MINUTE_MS))
        reason = self.random.choice(("opportunity", "opportunity", "no_need", "unreachable"))
        body = {"lead_id": lead.id, "reason": reason, "note": ""}
        self.write("closing", lead, body, self.ledger.now)
        offers.close(self.ledger, lead, reason)

    def attempt(self, person: Row, lead: Row, at: int) -> None:
        """A call that nobody answered."""
        skipped = {step: {"result": "skipped"} for step in _RESULTS}
        body = {
            **skipped,
            "greeting": {"result": "no_answer"},
            "revisit": {"result": "booked", "at": at + DAY_MS},
            "channel": "phone",
            "mood": "none",
            "breakthrough": "none",
            "started_at": at - MINUTE_MS,
            "ended_at": at,
            "customer_id": person.id,
            "lead_id": lead.id,
        }
        row = self.write("follow_up", person, body, at)
        followups.count(row, self.ledger, self.seller.author)

    def receive(self, person: Row, by: Person, at: int, received_at: int | None = None) -> Row:
        """A registration in person; one that a phone kept for a while came later than it was."""
        self.at(received_at or at)
        self.count += 1
        body = {**self.typed(person), "reception": "me"}
        return self.ledger.create(
            "arrival", self.id("arrival", self.count), person.id, body,
            author=by.id, device="sample", at=at,
        )  # fmt: skip

    # Words

    def typed(self, person: Row) -> dict[str, Any]:
        profile, by_poster = self.cast.profile, self.cast.profile["source"] == "poster"
        how = "own_phone" if by_poster else "verbal"
        return {
            "customer_id": person.id,
            "store_id": profile["store_id"],
            "source": _SOURCES.get(profile["source"], "staff"),
            "name": profile["name"],
            "salutation": profile["salutation"],
            "phone": profile["phone"],
            "need": profile["need"],
            "position": self.random.choice(("门口", "收银台", "餐厅展区")) if by_poster else "",
            "reception": "me" if self.is_in_person else "none",
            "consents": [
                {"purpose": text.purpose, "version": text.version, "how": how}
                for text in CURRENT.values()
                if text.purpose == "service" or self.random.random() < 0.6
            ],
        }

    def results(self, nth: int, at: int, is_last: bool) -> dict[str, Any]:
        """The five steps; later contacts get further than the first, which always succeeded."""
        reached = nth == 0 or self.random.random() > 0.18
        told: dict[str, Any] = {"greeting": {"result": "met" if reached else "no_answer"}}
        notes = (phrases.NEEDS_NOTES, phrases.PROPOSAL_NOTES, phrases.OBJECTION_NOTES)
        for (step, results), texts in zip(_RESULTS.items(), notes, strict=True):
            result = (
                results[min(nth, len(results) - 1)] if nth == 0 else self.random.choice(results)
            )
            told[step] = {"result": result if reached else "skipped"}
            if reached and result != "skipped" and self.random.random() < 0.6:
                told[step]["note"] = self.random.choice(texts)
        return {
            **told,
            "revisit": self.next_time(at, is_last),
            "channel": self.random.choice(("phone", "wechat", "store", "visit")),
            "mood": self.random.choice(("keen", "watching", "watching", "cold", "none")),
            "breakthrough": self.random.choice(("price", "delivery", "design", "family", "none")),
            "started_at": at - self.random.randint(60, 900) * 1000,
            "ended_at": at,
        }

    def next_time(self, at: int, is_last: bool) -> dict[str, Any]:
        if not is_last:
            return {"result": "booked", "at": at + self.random.randint(1, 7) * DAY_MS}
        if self.cast.story == "closed" or self.random.random() < 0.04:
            return {"result": "no_contact", "reason": self.random.choice(phrases.NO_CONTACT)}
        return {"result": "booked", "at": self.choose_next(at)}

    def choose_next(self, at: int) -> int:
        """Mostly ahead, some today, some missed: a due list with something of everything."""
        if self.cast.story == "dormant" and self.random.random() < 0.15:
            return max(at + DAY_MS, self.daytime(-self.random.randint(1, 7)))
        days = self.random.choice((0, 0, 1, 1, 2, 2, 3, 4, 5, 8, 12, -1, -2))
        if days or self.cast.story == "dormant":
            return self.daytime(days or 6)
        quarter = 15 * MINUTE_MS
        return (self.now // quarter + self.random.randint(1, 14)) * quarter

    # Means

    @property
    def is_in_person(self) -> bool:
        """Whoever was in the showroom and registered them received them too."""
        by_staff = self.cast.profile["source"] == "staff" and self.cast.number % 2 == 0
        return self.cast.story == "rivals" or (by_staff and self.cast.story != "fresh")

    def stored(self, id: str) -> Row:
        return offers.stored(self.ledger, id)

    def at(self, moment: int) -> None:
        self.ledger.now = moment

    def write(self, entity: str, parent: Row, body: dict[str, Any], at: int) -> Row:
        self.at(at)
        self.count += 1
        id, author = self.id(entity, self.count), self.seller.id
        return self.ledger.create(
            entity, id, parent.root, body, author=author, device="sample", at=at
        )

    def id(self, *parts: str | int) -> str:
        return make_id(self.cast.number, *parts)

    def daytime(self, days: int) -> int:
        """A moment in the store's hours, `days` from today, on a quarter of an hour."""
        today = datetime.fromtimestamp(self.now / 1000, _ZONE)
        moment = today.replace(hour=self.random.randint(10, 20), minute=0, second=0, microsecond=0)
        moment += timedelta(days=days, minutes=self.random.choice((0, 15, 30, 45)))
        return int(moment.timestamp()) * 1000
