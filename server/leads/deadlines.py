"""What happens when a deadline has come. Pure: a ledger, the store's people, and what to say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.leads import offers
from server.leads.claims import give_reason
from server.leads.clock import patience_of
from server.leads.eligibility import ACTIVE, Ask, Candidate, owner_of_household
from server.leads.figures import escalation_id, store_time
from server.leads.offers import UNANSWERED, stored
from server.leads.presence import count_missed, presence_id
from server.leads.roster import Roster
from server.leads.routing import Assignment, Reason, duty_chain, level_of
from server.notify.knowing import ask_anew
from server.notify.outbox import Bell
from server.stores.calendar import Calendar
from sync import Ledger, Row, standing

LATE_MS = 5 * 60_000
"""A rung this late and outside opening hours waits for the opening: nothing rings at night."""

TRY_AGAIN_MS = 5 * 60_000
STORE_CODES = ("household", "personal", "senior", "fairest")
"""Why somebody gets a lead that is not their own customer's: the owner is told."""


@dataclass(frozen=True)
class Scene:
    """A lead and everybody around it, as loaded for one deadline."""

    ledger: Ledger
    lead: Row
    roster: Roster
    admins: tuple[str, ...]

    @property
    def now(self) -> int:
        return self.ledger.now

    @property
    def store(self) -> Row:
        return self.roster.store

    @property
    def people(self) -> dict[str, Candidate]:
        return self.roster.people

    @property
    def calendar(self) -> Calendar:
        return self.roster.calendar

    @property
    def is_open(self) -> bool:
        return self.calendar.is_open(self.now)

    @property
    def customer(self) -> Row:
        return stored(self.ledger, self.lead.root)

    @property
    def is_unanswered(self) -> bool:
        return self.lead.body["state"] in UNANSWERED

    def ask(self, *also_missed: str) -> Ask:
        """What the lead asks of whoever gets it now."""
        members = map(self.ledger.row, self.customer.body.get("household_ids") or ())
        kin_id = owner_of_household(filter(None, members))
        return self.roster.ask(self.lead.body, self.customer.body, *also_missed, kin_id=kin_id)

    def name(self, staff_id: str | None) -> str:
        person = self.people.get(staff_id or "")
        return person.name if person else ""

    def is_present(self, staff_id: str) -> bool:
        person = self.people.get(staff_id)
        return person is not None and person.state == ACTIVE

    def bell(
        self,
        kind: str,
        *about: str | int,
        to: str | None,
        missed_by: str | None = None,
        reason: str | None = None,
    ) -> Bell:
        """A message to the store's chat groups and to the mailbox of `to`; `about` tells two of a
        kind apart."""
        key = ":".join(map(str, (self.lead.id, kind, *about)))
        known = {
            "name": self.lead.body["name"] or self.lead.body["salutation"],
            "need": self.lead.body["need"],
            "store": self.store.body["name"],
            "waited_s": store_time(self.lead, self.calendar, self.now),
            "patience_s": patience_of(self.store.body),
            "lead_id": self.lead.id,
            "to_id": to,
            "to": self.name(to),
            "missed_by": self.name(missed_by),
            "reason": reason,
        }
        return Bell(kind, self.store.id, key, known, [self.customer.id])


def fire(kind: str, subject: Row, due_at: int, scene: Scene) -> list[Bell]:
    """Do what falls due. Deadlines whose reason is gone do nothing."""
    if offers.is_unwanted(scene.lead, scene.customer):
        offers.close(scene.ledger, scene.lead, offers.WITHDRAWN)
        return []
    is_late = scene.now - due_at > LATE_MS and not scene.is_open
    if kind in RUNG_RULES:
        if not scene.is_unanswered or scene.lead.body["clock"] is None:
            return []
        return put_off(kind, scene) if is_late else RUNG_RULES[kind](scene)
    if kind == "first_follow_up" and is_late:
        return put_off(kind, scene)
    return DIRECT_RULES[kind](subject, scene)


def put_off(kind: str, scene: Scene) -> list[Bell]:
    opening = scene.calendar.next_opening(scene.now)
    if opening is not None:
        scene.ledger.schedule(kind, scene.lead.id, opening)
    return []


# Routing


def fire_route(subject: Row, scene: Scene) -> list[Bell]:
    """Offer a waiting lead, or look again at an offered one: whoever had it may be on leave now."""
    if not scene.is_unanswered:
        return []
    if not scene.is_open:
        return plan(scene)
    if scene.lead.body["state"] == "offered":
        if scene.is_present(scene.lead.body["offered_to"]):
            return hand_up(scene)
        offers.withdraw(scene.ledger, scene.lead)
    return assign(scene)


def hand_up(scene: Scene) -> list[Bell]:
    """Whoever it was escalated to may have gone before anybody answered: to the next one up."""
    body = scene.lead.body
    is_theirs = body["escalated_to"] is not None and body["escalated_to"] == body["responsible_id"]
    if not is_theirs or scene.is_present(body["escalated_to"]):
        return []
    return escalate(scene, "absent")


def assign(scene: Scene) -> list[Bell]:
    """The next eligible person, or whoever is on duty at once: a lead is never without a name."""
    assignment = choose(scene)
    note_reasons(scene, assignment)
    if assignment.staff_id is None:
        return escalate(scene, "nobody_eligible")
    return offer(scene, assignment.staff_id, assignment.reasons[0].code)


def choose(scene: Scene, *also_missed: str) -> Assignment:
    return scene.roster.route(scene.ask(*also_missed))


def offer(scene: Scene, to_id: str, reason: str) -> list[Bell]:
    made = offers.offer(scene.ledger, scene.lead, to_id, reason)
    owner_id = scene.customer.body.get("owner_id")
    if owner_id and owner_id != to_id and reason in STORE_CODES:
        offers.tell(scene.ledger, "owner_told", scene.lead, owner_id)
    if reason == "personal":
        wait_for_rep(scene)
    return [scene.bell("offer", made.id, to=to_id)] if scene.is_open else []


def wait_for_rep(scene: Scene) -> None:
    """A personal code is its owner's for some store minutes, then the store's."""
    wait_s = scene.roster.rules.personal_wait_min * 60
    due_at = scene.calendar.add(scene.now, wait_s)
    if due_at is not None and scene.lead.body["clock"]:
        scene.ledger.schedule("personal", scene.lead.id, due_at)
        scene.ledger.change(scene.lead, clock={**scene.lead.body["clock"], "personal_at": due_at})


def plan(scene: Scene) -> list[Bell]:
    """Closed: a name for the morning, nothing rings; everything is decided again at opening."""
    assignment = choose(scene)
    note_reasons(scene, assignment)
    if scene.lead.body["state"] == "waiting":
        planned = assignment.staff_id or next(on_duty(scene), scene.lead.body["responsible_id"])
        scene.ledger.change(scene.lead, responsible_id=planned)
    return put_off("route", scene)


def note_reasons(scene: Scene, assignment: Assignment) -> None:
    """The reason card. That a clerk or the area manager receives no leads is no news on it."""
    told = [reason._asdict() for reason in assignment.reasons if is_news(reason, scene)]
    scene.ledger.change(scene.lead, reasons=told)


def is_news(reason: Reason, scene: Scene) -> bool:
    return reason.code != "not_accepting" or scene.people[reason.staff_id].role == "rep"


# The ladder


def fire_nudge(scene: Scene) -> list[Bell]:
    lead = scene.lead
    made = scene.ledger.find(lead.body["offer_id"])
    if made is None:
        return []
    scene.ledger.change(made, nudged_at=scene.now)
    offers.tell(scene.ledger, "nudge", lead, lead.body["offered_to"])
    return [scene.bell("nudge", made.id, to=lead.body["offered_to"])]


def fire_next(scene: Scene) -> list[Bell]:
    """To the next person. With nobody left to ask, the offer stays where it is."""
    missed_by = scene.lead.body["offered_to"]
    if missed_by is None:
        return []
    note_missed(scene)
    assignment = choose(scene, missed_by)
    note_reasons(scene, assignment)
    if assignment.staff_id is None:
        return []
    offers.withdraw(scene.ledger, scene.lead, "missed")
    made = offers.offer(scene.ledger, scene.lead, assignment.staff_id, "next")
    record(scene, "next", missed_by, assignment.staff_id, "unanswered")
    return [scene.bell("next", made.id, to=assignment.staff_id, missed_by=missed_by)]


def note_missed(scene: Scene) -> None:
    """Whoever is at work and let a second offer pass gets no more in turn, and is told so."""
    made = scene.ledger.find(scene.lead.body["offer_id"])
    if made is None or not scene.roster.is_on_shift(made.body["to_id"]):
        return
    to_id = made.body["to_id"]
    is_counted = scene.ledger.has_loaded(presence_id(to_id))
    if is_counted and count_missed(scene.ledger, made, scene.calendar.zone):
        scene.roster.mark_away(to_id)
        offers.tell(scene.ledger, "away", scene.lead, to_id)


def fire_personal(scene: Scene) -> list[Bell]:
    """Whoever's code was scanned has not answered: to the store's people."""
    is_theirs = scene.lead.body["offered_to"] == scene.lead.body.get("rep_id")
    return fire_next(scene) if is_theirs else []


def fire_warn(scene: Scene) -> list[Bell]:
    to_id = scene.lead.body["offered_to"] or scene.lead.body["responsible_id"]
    offers.tell(scene.ledger, "warning", scene.lead, to_id)
    return [scene.bell("warning", scene.lead.body["clock"]["escalate_at"], to=to_id)]


def fire_manager(scene: Scene) -> list[Bell]:
    note_missed(scene)
    return escalate(scene, "unanswered")


def fire_area(scene: Scene) -> list[Bell]:
    return escalate(scene, "unanswered", least="area")


# Escalation


def escalate(scene: Scene, reason: str, least: str = "manager") -> list[Bell]:
    """Hand the lead to the next present person up, who becomes responsible for it.

    The open offer stays acceptable. Where nobody has one, whoever it is escalated to gets it.
    """
    lead = scene.lead
    missed_by = None if reason == "nobody_eligible" else lead.body["responsible_id"]
    to_id = next(on_duty(scene, least), None)
    if to_id is None:
        return try_again(scene)
    if lead.body["offered_to"] is None:
        offers.offer(scene.ledger, lead, to_id, reason)
    level = level_of(scene.store.body, to_id)
    scene.ledger.change(
        lead, responsible_id=to_id, escalated_to=to_id, escalated_at=scene.now, level=level
    )
    ask_anew(scene.ledger, lead)
    record(scene, level, missed_by, to_id, reason)
    offers.tell(scene.ledger, "escalated", lead, to_id)
    told = {"to": to_id, "missed_by": missed_by, "reason": reason}
    return [scene.bell("escalated", level, to_id, **told)]


def try_again(scene: Scene) -> list[Bell]:
    """Nobody up the chain is there. A lead that nobody was offered is routed again soon."""
    if scene.lead.body["offered_to"] is None:
        scene.ledger.schedule("route", scene.lead.id, scene.now + TRY_AGAIN_MS)
    return []


def on_duty(scene: Scene, least: str = "manager") -> Iterator[str]:
    """Who an escalation can go to, in order: above the last one, present, and not who missed it."""
    lead, chain = scene.lead.body, duty_chain(scene.store.body, scene.admins)
    passed = chain.index(lead["escalated_to"]) + 1 if lead["escalated_to"] in chain else 0
    missed = {*lead["missed_ids"], lead["offered_to"]}
    for staff_id in chain[passed:]:
        is_high_enough = least == "manager" or level_of(scene.store.body, staff_id) != "manager"
        if is_high_enough and staff_id not in missed and scene.is_present(staff_id):
            yield staff_id


def record(scene: Scene, level: str, from_id: str | None, to_id: str, reason: str) -> Row:
    """An escalation is a fact; what happens to the lead later never takes it back."""
    lead = scene.lead
    body = {
        "lead_id": lead.id,
        "customer_id": lead.root,
        "store_id": scene.store.id,
        "level": level,
        "from_id": from_id,
        "to_id": to_id,
        "at": scene.now,
        "reason": reason,
    }
    nth = lead.body.get("escalations") or 0
    scene.ledger.change(lead, escalations=nth + 1)
    return scene.ledger.create("escalation", escalation_id(lead, nth), lead.root, body)


# What people and scans ask for


def fire_offer(subject: Row, scene: Scene) -> list[Bell]:
    """To the colleague whom a registration or the manager named."""
    named, lead = standing(subject, scene.ledger) or {}, scene.lead
    to_id = named.get("receiver_id") or named.get("to_id")
    if not scene.is_unanswered or to_id in (None, lead.body["offered_to"]):
        return []
    if not scene.is_present(to_id):
        return fire_route(subject, scene)
    offers.withdraw(scene.ledger, lead)
    if subject.entity == "reassignment":
        ladder = offers.start_clock(scene.ledger, lead, scene.now)
        scene.ledger.change(lead, clock=ladder._asdict() if ladder else None)
        give_reason(scene.ledger, subject, lead)
        return offer(scene, to_id, "reassigned")
    note_reasons(scene, Assignment(to_id, (Reason(to_id, "colleague"),)))
    return offer(scene, to_id, "colleague")


def fire_ring(subject: Row, scene: Scene) -> list[Bell]:
    """Whoever stands at the counter is not to wait for somebody away: whoever is on duty hears."""
    to_id = scene.lead.body["holder_id"] or scene.lead.body["offered_to"]
    if scene.lead.body["state"] == "closed":
        return []
    if to_id is not None and not scene.is_present(to_id):
        to_id = next(on_duty(scene), to_id)
        offers.tell(scene.ledger, "ring", scene.lead, to_id, subject.id)
    return [scene.bell("ring", subject.id, to=to_id)]


def fire_first_follow_up(subject: Row, scene: Scene) -> list[Bell]:
    """Nobody has followed up in time: the holder is warned, whoever is on duty is told."""
    lead = scene.lead
    if lead.body["contacted_at"] or lead.body["state"] == "closed":
        return []
    holder_id = lead.body["holder_id"] or lead.body["responsible_id"]
    offers.tell(scene.ledger, "warning", lead, holder_id, "first_follow_up")
    to_id = next((staff_id for staff_id in on_duty(scene) if staff_id != holder_id), None)
    if to_id is None:
        return []
    record(scene, level_of(scene.store.body, to_id), holder_id, to_id, "first_follow_up")
    offers.tell(scene.ledger, "escalated", lead, to_id, "first_follow_up")
    return [scene.bell("first_follow_up", to=to_id, missed_by=holder_id)]


RUNG_RULES: dict[str, Callable[[Scene], list[Bell]]] = {
    "nudge": fire_nudge,
    "personal": fire_personal,
    "next": fire_next,
    "warn": fire_warn,
    "manager": fire_manager,
    "area": fire_area,
}
DIRECT_RULES: dict[str, Callable[[Row, Scene], list[Bell]]] = {
    "route": fire_route,
    "offer": fire_offer,
    "ring": fire_ring,
    "first_follow_up": fire_first_follow_up,
}
