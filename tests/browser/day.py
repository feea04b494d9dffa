"""Eight hours of a store, made up from a seed: who has signal, whose clock is wrong, what is done.

The server's clock is moved, the phones' follow it; nothing waits for time to pass.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from re import findall
from typing import Any

import httpx

from server.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from server.customers.consent import CURRENT
from tests.bench.ids import new_id
from tests.browser.clockwork import Clockwork
from tests.browser.company import BO, LIN, ORG, STORE, XIA
from tests.browser.handsets import UNSENT, Handset, Row, Unit
from tests.browser.people import Clerk, Manager, Rep, poster_link
from tests.browser.theatre import Theatre

HOURS, STEP_MS = 8, 20 * MINUTE_MS
READING_MS = 3 * SECOND_MS
PINS = {XIA.id: "2468", BO.id: "1357"}
SERVICE = {"purpose": "service", "version": "service-1", "how": "verbal"}
SLOW_BYTES_S, SLOW_ROUND_TRIP_S = 256_000 / 8, 0.6


@dataclass(frozen=True)
class Typed:
    """Something that somebody typed: where, and what time it really was."""

    text: str
    handset: Handset
    entity: str
    at: int


class Day:
    """What was done is counted in `deeds`, what was typed is in `typed`; `lost` is what a phone
    had said was on it alone when the browser threw its databases away."""

    def __init__(self, theatre: Theatre, clockwork: Clockwork, seed: int, volume: int) -> None:
        self.theatre, self.clockwork, self.volume = theatre, clockwork, volume
        self.records, self.stage = theatre.records, theatre.stage
        self.rnd = random.Random(seed)
        self.seed = seed
        self.typed: list[Typed] = []
        self.lost: list[str] = []
        self.jumps: dict[str, list[int]] = {}
        self.deeds: Counter[str] = Counter()
        self.corrected: set[str] = set()
        self.sky = "clear"
        self.own, self.desk, self.shared = (
            Handset(theatre, clockwork, name, ORG) for name in ("own", "desk", "shared")
        )
        self.bo = Rep(self.own.profile, BO)
        self.lin = Manager(self.desk.profile, LIN)
        self.xia = Clerk(self.shared.profile, XIA)
        self.bo_there = Rep(self.shared.profile, BO)
        self.handsets = (self.own, self.desk, self.shared)

    def begins(self) -> None:
        self.desk.is_owned_by(self.lin)
        self.own.is_owned_by(self.bo)
        self.shared.is_shared_by(self.xia, PINS[XIA.id])
        self.shared.is_joined_by(self.bo_there, PINS[BO.id])

    # What is typed

    def word(self, handset: Handset, entity: str, about: str) -> str:
        text = f"{about}{self.seed}-{len(self.typed):03d}"
        self.typed.append(Typed(text, handset, entity, self.clockwork()))
        return text

    def number(self) -> str:
        return f"139{self.seed % 100:02d}{len(self.typed):06d}"

    def tell(self, deed: str, **about: Any) -> None:
        self.deeds[deed] += 1
        hour = (self.clockwork() // MINUTE_MS + 8 * 60) % (24 * 60)
        said = " ".join(f"{key}={value}" for key, value in about.items())
        print(f"  {hour // 60:02d}:{hour % 60:02d} {deed} {said}", flush=True)

    # Time and what goes wrong with it

    def passes(self, ms: int) -> None:
        """What could be sent was; the server's deadlines that fell due have been seen to."""
        for handset in self.handsets:
            self.lets_send(handset)
        with self.nothing_under_way():
            self.clockwork.advance(ms)
            for handset in self.handsets:
                handset.profile.reads_its_clock()
        if ms > READING_MS:
            self.shared.comes_out_of_a_pocket()
        due = (
            "SELECT count(*) FROM deadlines WHERE due_at<=? AND coalesce(fired_at,cancelled_at,0)=0"
        )
        now = self.clockwork()
        self.records.until(lambda: self.records.query(due, now)[0][0] == 0, 30)

    @contextmanager
    def nothing_under_way(self) -> Iterator[None]:
        """A push that an hour passes by in no time would have left an hour before it arrived."""
        if self.sky != "frayed":
            yield
            return
        self.theatre.proxy.cut()
        yield
        self.theatre.proxy.restore()

    def lets_send(self, handset: Handset) -> None:
        """Hours pass here in no time: a phone with signal gets the moment it would have had."""
        if handset.has_signal and self.sky != "frayed":
            self.records.until(lambda: not handset.operations(*UNSENT), 30)

    def jump(self, handset: Handset, ms: int) -> None:
        handset.jumps(ms)
        self.jumps.setdefault(handset.name, []).append(self.clockwork())
        self.tell("jump", phone=handset.name, hours=ms / HOUR_MS)

    def weather(self, kind: str) -> None:
        self.sky, proxy = kind, self.theatre.proxy
        proxy.widen()
        proxy.mend()
        if kind == "slow":
            proxy.narrow(SLOW_BYTES_S, SLOW_BYTES_S, SLOW_ROUND_TRIP_S)
        elif kind == "frayed":
            rnd = random.Random(self.rnd.random())
            proxy.fray(iter(lambda: rnd.randrange(200, 60_000), None))
        self.tell("weather", kind=kind)

    # Deeds by hand

    def customer_scans_the_poster(self) -> str:
        """Returns the id of the lead."""
        name = self.word(self.own, "arrival", "访客")
        with httpx.Client(base_url=self.stage.config.origin, follow_redirects=True) as browser:
            self.theatre.proxy.mend()
            link = poster_link(self.stage)
            nonce = unescape(findall(r'name="nonce" value="([^"]+)"', browser.get(link).text)[0])
            self.passes(READING_MS)
            typed = {"phone": self.number(), "name": name, "need": "全屋定制", "lang": "zh"}
            agreed = {"nonce": nonce, "service": CURRENT["service"].version}
            answer = browser.post(link, data={**typed, **agreed})
        assert "已收到您的登记" in answer.text
        self.tell("poster", name=name)
        return str(self.records.body("lead", name=name)["id"])

    def customer_scans_the_poster_and_leaves(self) -> None:
        self.customer_scans_the_poster()

    def bo_registers(self) -> None:
        name = self.word(self.own, "arrival", "客")
        self.bo.registers_and_receives(name=name, phone=self.number())
        self.tell("registered by hand", by="bo", name=name)

    def bo_follows_up(self) -> None:
        told = {row["body"]["customer_id"] for row in self.own.rows("follow_up")}
        mine = [row for row in self.own.rows("customer") if row["body"].get("owner_id") == BO.id]
        fresh = [row for row in mine if row["id"] not in told]
        customer = self.rnd.choice(fresh or mine)
        self.bo.page.goto(f"/customers/{customer['id']}")
        self.bo.follows_up()
        self.tell("five steps", of=customer["body"]["name"])

    def bo_takes_a_photo(self) -> None:
        customer = self.rnd.choice(self.own.rows("customer"))
        self.bo.page.goto(f"/customers/{customer['id']}")
        self.bo.takes_a_photo(self.theatre.folder / "plan.jpg")
        self.tell("photo")

    def bo_leaves_a_remark(self) -> None:
        customer = self.rnd.choice(self.own.rows("customer"))
        self.bo.page.goto(f"/customers/{customer['id']}")
        self.bo.leaves_a_remark(self.word(self.own, "comment", "手写备注"))
        self.tell("remark by hand")

    def bo_corrects_himself(self) -> None:
        known = {row["id"] for row in self.own.rows("customer")}
        mine = [row for row in self.own.rows("comment") if row["by"] == BO.id]
        near = [row for row in mine if row["body"]["customer_id"] in known]
        # Without a network a corrected remark is still the old one in the cache, not on the page.
        left = [row for row in near if row["id"] not in self.corrected]
        fresh = [row for row in left if self.own.time() - row["received_at"] < DAY_MS]
        if not fresh:
            # A phone that was evicted has none yet; one that is a day ahead takes all for old.
            return
        said = self.rnd.choice(fresh)
        self.corrected.add(said["id"])
        self.bo.page.goto(f"/customers/{said['body']['customer_id']}")
        entry = self.bo.main.get_by_role("listitem").filter(has_text=said["body"]["text"]).last
        entry.get_by_role("button", name="更正：备注").click()
        sheet = self.bo.sheet("更正：备注")
        sheet.get_by_label("备注", exact=True).fill(self.word(self.own, "correction", "更正"))
        sheet.get_by_role("button", name="保存更正").click()
        self.bo.is_told("更正已存本机")
        self.tell("correction")

    def xia_registers(self) -> None:
        self.shared.passes_to(self.xia, PINS[XIA.id])
        page = self.xia.page
        self.xia.opens("/register")
        name = self.word(self.shared, "arrival", "到店")
        page.get_by_label("手机号").fill(self.number())
        page.get_by_label("怎么称呼").fill(name)
        self.xia.pick("谁在接待？", "暂无人")
        page.get_by_role("checkbox", name="同意本店").check()
        self.xia.button("登记").click()
        self.xia.is_told(f"{name} 的登记已存本机")
        self.tell("registered by hand", by="xia", name=name)

    def bo_uses_the_shared_phone(self) -> None:
        self.shared.passes_to(self.bo_there, PINS[BO.id])
        name = self.word(self.shared, "arrival", "柜台")
        self.bo_there.registers_and_receives(name=name, phone=self.number())
        self.tell("registered by hand", by="bo on the shared phone", name=name)

    def lin_puts_a_lead_off(self) -> None:
        lead = self.customer_scans_the_poster()
        self.desk.signal(True)
        self.lin.page.goto(f"/leads/{lead}")
        self.lin.button("推迟").or_(
            self.lin.main.get_by_role("button", name="推迟，")
        ).first.click()
        sheet = self.lin.page.get_by_role("dialog")
        sheet.get_by_role("button", name="正在接待").click()
        sheet.get_by_role("group", name="推迟多久").get_by_role("button").first.click()
        sheet.get_by_role("button", name="推迟", exact=True).click()
        self.lin.is_told("已推迟")
        self.tell("snooze")

    def lin_reassigns(self) -> None:
        held = [row for row in self.desk.rows("lead") if row["body"]["state"] == "accepted"]
        if not held:
            return
        lead = self.rnd.choice(held)
        other = LIN if lead["body"]["holder_id"] == BO.id else BO
        self.lin.page.goto(f"/leads/{lead['id']}")
        self.lin.button("改派").click()
        sheet = self.lin.page.get_by_role("dialog")
        sheet.get_by_role("button", name=other.name).click()
        self.lin.is_told("已存本机")
        self.tell("reassigned", to=other.login)

    def both_edit_one_customer(self) -> None:
        both = {row["id"] for row in self.desk.rows("customer")}
        customer = next(row for row in self.own.rows("customer") if row["id"] in both)
        for handset, staff in ((self.own, self.bo), (self.desk, self.lin)):
            handset.signal(False)
            staff.page.goto(f"/customers/{customer['id']}")
            staff.edits(小区=self.word(handset, "customer", "小区"))
        self.tell("edited twice", name=customer["body"]["name"])

    # Deeds by the app's own save, for volume

    def answer_offers(self) -> None:
        for handset in self.handsets:
            if handset is self.shared and handset.person is XIA:
                continue
            if handset is self.shared:
                handset.passes_to(self.bo_there, PINS[BO.id])
            for offer in self.open_offers(handset):
                if self.rnd.random() < 0.6:
                    self.answer(handset, offer)

    def open_offers(self, handset: Handset) -> list[Row]:
        said = {each["fields"].get("offer_id") for each in handset.operations()}
        return [
            row
            for row in handset.rows("offer")
            if row["body"]["state"] == "open"
            and row["body"]["to_id"] == handset.person.id
            and row["id"] not in said
        ]

    def answer(self, handset: Handset, offer: Row) -> None:
        name = offer["body"]["name"]
        still_open = self.records.body("offer", id=offer["id"])["state"] == "open"
        if self.deeds["accepted by hand"] < 2 and still_open:
            handset.staff.opens(f"/leads/{offer['body']['lead_id']}")
            handset.staff.main.get_by_role("button", name=f"接单，{name}，").click()
            handset.staff.is_told("已接单")
            return self.tell("accepted by hand", by=handset.person.login, name=name)
        said = {"lead_id": offer["body"]["lead_id"], "offer_id": offer["id"]}
        handset.saves([draft("acceptance", self.id(), said)])
        self.tell("accepted", by=handset.person.login, name=name)

    def work(self, handset: Handset, amount: int) -> None:
        """Many small things at once, by whoever has the phone."""
        if handset is self.shared:
            staff = self.rnd.choice((self.xia, self.bo_there))
            handset.passes_to(staff, PINS[staff.person.id])
        kinds = [self.registration]
        if handset.person is not XIA and handset.rows("customer"):
            kinds += [self.remark, self.contact, self.change]
        handset.saves(*(self.rnd.choice(kinds)(handset) for _ in range(amount)))
        self.tell("saved", by=handset.person.login, on=handset.name, units=amount)

    def registration(self, handset: Handset) -> Unit:
        customer_id, arrival_id, lead_id = self.id(), self.id(), self.id()
        who = {"name": self.word(handset, "arrival", "登记"), "phone": f"+86{self.number()}"}
        mine = handset.person is not XIA and self.rnd.random() < 0.5
        here = {"customer_id": customer_id, "store_id": STORE}
        said = {"source": "staff", "reception": "me" if mine else "none", "consents": [SERVICE]}
        unit = [
            draft("customer", customer_id, {**who, "source": "staff", "store_id": STORE}),
            draft(
                "arrival",
                arrival_id,
                {**here, **who, **said, **({"lead_id": lead_id} if mine else {})},
            ),
        ]
        if mine:
            unit.append(
                draft("lead", lead_id, {**here, "arrival_id": arrival_id, "need": "看沙发"})
            )
            unit.append(draft("acceptance", self.id(), {"lead_id": lead_id}))
        return unit

    def remark(self, handset: Handset) -> Unit:
        said = {"customer_id": self.someone(handset)["id"]}
        return [
            draft("comment", self.id(), {**said, "text": self.word(handset, "comment", "备注")})
        ]

    def contact(self, handset: Handset) -> Unit:
        at, note = handset.time(), self.word(handset, "follow_up", "跟进")
        told = {
            "customer_id": self.someone(handset)["id"], "channel": "phone", "mood": "keen",
            "greeting": {"result": "met"}, "needs": {"result": "clear", "note": note},
            "proposal": {"result": "skipped"}, "objection": {"result": "none"},
            "revisit": {"result": "booked", "at": at + DAY_MS}, "breakthrough": "design",
            "started_at": at, "ended_at": at,
        }  # fmt: skip
        return [draft("follow_up", self.id(), told)]

    def change(self, handset: Handset) -> Unit:
        customer = self.someone(handset)
        field = self.rnd.choice(("budget", "house_type", "move_in"))
        said = {field: self.word(handset, "customer", "改")}
        return [{**draft("customer", customer["id"], said), "base": customer["version"]}]

    def someone(self, handset: Handset) -> Row:
        return self.rnd.choice(handset.rows("customer"))

    def id(self) -> str:
        return new_id(self.rnd)


def draft(entity: str, id: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"entity": entity, "id": id, "fields": fields}


Deed = Callable[[Day], None]
