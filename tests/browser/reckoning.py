"""What must be true when a day is over, read from the server's own tables and from each phone."""

import json
from collections import Counter
from typing import Any

import httpx
import msgspec

from server.clock import MINUTE_MS
from tests.browser import history
from tests.browser.company import LIN
from tests.browser.day import Day, Typed
from tests.browser.handsets import UNSENT, Handset

LAG_MS = 60_000
"""Between typing and the note of it here, by hands on a machine that does much else, and a link's
latency where a clock is measured."""
RUNGS = {"next": 20, "manager": 30, "area": 60}
PAST_THE_MANAGER = 30
"""Where the manager had the offer, the area manager comes in the manager's place."""
Held = dict[str, tuple[str, int, str]]


def reckon(day: Day) -> None:
    """All of it is looked at, whatever the first finding is."""
    laws = (
        nothing_is_lost,
        nothing_is_there_twice,
        the_phones_hold_what_the_server_holds,
        every_customer_has_somebody,
        every_clock_tells_the_same_story,
    )
    broken = []
    for law in laws:
        try:
            law(day)
        except AssertionError as found:
            broken.append(f"{law.__name__}: {found}")
    assert broken == [], "\n".join(broken)


def nothing_is_lost(day: Day) -> None:
    """It is on the server; or it was on a phone alone, which had said so."""
    kept = "\n".join(f"{body}" for (body,) in day.records.query("SELECT body FROM rows"))
    kept += "\n".join(f"{value}" for (value,) in day.records.query("SELECT value FROM history"))
    kept = kept.encode().decode("unicode_escape") if "\\u" in kept else kept
    missing = [each for each in day.typed if each.text not in kept]
    unannounced = [each.text for each in missing if not any(each.text in one for one in day.lost)]
    assert unannounced == [], unannounced
    print(f"  typed {len(day.typed)}, lost {len(missing)} as announced")


def nothing_is_there_twice(day: Day) -> None:
    for entity in ("comment", "arrival", "follow_up", "correction"):
        bodies = [json.dumps(each, ensure_ascii=False) for each in day.records.bodies(entity)]
        texts = [each.text for each in day.typed if each.entity == entity]
        told = Counter(text for text in texts for body in bodies if text in body)
        assert [text for text, times in told.items() if times > 1] == [], entity
    phones = Counter(each.get("phone") for each in day.records.bodies("customer"))
    assert [phone for phone, times in phones.items() if phone and times > 1] == []
    open_leads = [each for each in day.records.bodies("lead") if each["state"] != "closed"]
    needs = Counter((each["customer_id"], each["store_id"]) for each in open_leads)
    assert [need for need, times in needs.items() if times > 1] == []


def the_phones_hold_what_the_server_holds(day: Day) -> None:
    """Row for row, what a new phone of the same person gets; and nothing is laid over it."""
    for handset, staff in ((day.own, day.bo), (day.desk, day.lin), (day.shared, day.bo_there)):
        assert handset.person is staff.person
        assert handset.operations(*UNSENT) == [], f"unsent on {handset.name}"
        laid = [each["fields"] for each in handset.operations() if each["laid"]]
        assert laid == [], f"still laid over on {handset.name}: {laid}"
        held, fresh = held_by(handset), fresh_copy(day, handset)
        differs = [(held.get(id), fresh.get(id)) for id in held.keys() | fresh.keys()]
        assert held == fresh, (handset.name, [each for each in differs if each[0] != each[1]][:3])


def held_by(handset: Handset) -> Held:
    return {
        row["id"]: (row["entity"], row["version"], canonical(row["body"])) for row in handset.rows()
    }


def fresh_copy(day: Day, handset: Handset) -> Held:
    held: Held = {}
    with httpx.Client(base_url=day.stage.origin, timeout=60) as client:
        phone = history.enrol(client, day.stage.door_of(handset.person))
        wish = {"cursor": None, "device": phone.device}
        answer = client.post("/sync/pull", json=wish, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 200, answer.text
        for line in answer.content.splitlines():
            for entity, id, version, _, _, body, *_ in msgspec.json.decode(line).get("rows", []):
                held[id] = (entity, version, canonical(body))
    return held


def canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def every_customer_has_somebody(day: Day) -> None:
    names = {each["id"] for each in day.records.bodies("staff", state="active")}
    named = {each["customer_id"]: each["responsible_id"] for each in day.records.bodies("lead")}
    for customer in day.records.bodies("customer"):
        assert (customer.get("owner_id") or named.get(customer["id"])) in names, customer["name"]


def every_clock_tells_the_same_story(day: Day) -> None:
    """store.md 16: the clock runs from receipt; where somebody received there is none."""
    for lead in day.records.bodies("lead"):
        received, captured = lead["received_at"], lead["captured_at"]
        assert captured <= received, lead
        assert lead["no_signal_s"] == (received - captured) // 1000, lead
        if lead.get("contacted_at") is not None:
            assert lead["wait_s"] == max(0, lead["contacted_at"] - captured) // 1000, lead
        assert (lead.get("responsibility_s") or 0) >= 0
        story_of_the_ladder(day, lead)
    for typed in day.typed:
        if typed.entity in ("comment", "arrival"):
            it_was_then(day, typed)


def story_of_the_ladder(day: Day, lead: dict[str, Any]) -> None:
    """Each rung once for whoever has the lead, not before its time, not to whoever missed it, not
    after the answer came. A manager who gives it to somebody else begins anew."""
    rungs = day.records.bodies("escalation", lead_id=lead["id"])
    offered = {each["to_id"] for each in day.records.bodies("offer", lead_id=lead["id"])}
    given = "SELECT received_at FROM rows WHERE entity='reassignment' AND body LIKE ?"
    moved = [at for (at,) in day.records.query(given, f"%{lead['id']}%")]
    levels = Counter(
        (each["level"], each["reason"], sum(at <= each["at"] for at in moved)) for each in rungs
    )
    if lead["self_received"] and not moved:
        assert rungs == [], lead
        assert offered == set(), lead
    assert all(times == 1 for level, times in levels.items() if level[0] != "next"), rungs
    for rung in rungs:
        past = rung["level"] == "area" and LIN.id in offered
        after = (PAST_THE_MANAGER if past else RUNGS[rung["level"]]) * MINUTE_MS
        if rung["reason"] == "unanswered":
            assert rung["at"] >= lead["received_at"] + after, (lead, rung)
        assert rung["to_id"] != rung["from_id"], rung


def it_was_then(day: Day, typed: Typed) -> None:
    """The time that a record bears: the true one where the phone's clock was steady all the while,
    never one after its receipt."""
    said = "SELECT at, received_at FROM rows WHERE entity=? AND body LIKE ? AND device<>''"
    for at, received_at in day.records.query(said, typed.entity, f"%{typed.text}%"):
        assert at <= received_at, (typed, at, received_at)
        jumps = day.jumps.get(typed.handset.name, [])
        if not any(jump < received_at for jump in jumps):
            assert abs(at - typed.at) < LAG_MS, (typed, at, received_at)
