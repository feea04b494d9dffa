"""What the first release froze: a few days in a store, in which everything happens once that a
phone may write, and much is refused, merged or part of something else."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sync import derive_id
from tests.cast import BINJIANG, RENMIN

Json = dict[str, Any]
DEVICES = {
    who: f"019c3f00-0000-7000-8000-d000000000{nth:02d}"
    for nth, who in enumerate(("bo", "chen", "wu", "xia", "lin"), 1)
}
SUN, SUN_PHONE = "019c3f00-0000-7000-8000-000000000001", "138 0013 8000"
ZHAO, QIAN, AGAIN, BARE = (f"019c3f00-0000-7000-8000-00000000000{n}" for n in (2, 3, 4, 5))
MISSING = "019c3f00-0000-7000-8000-0000000000ff"
SERVICE = {"purpose": "service", "version": "2026-11", "how": "verbal"}


def id_of(nth: int) -> str:
    return f"019c3f00-0000-7000-8000-{nth:012d}"


ARRIVAL, LEAD, ACCEPTANCE, FOLLOWED, REMARK, VISIT, HOME, PICTURE = map(id_of, range(100, 108))


class Author:
    """Numbers the operations of one phone; `body` is the text of a push of them."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.next_seq = 1

    def make(self, entity: str, id: str, fields: Json, at: int, **more: Any) -> Json:
        operation = {"n": self.next_seq, "e": entity, "i": id, "f": fields, "t": at - 1000, **more}
        self.next_seq += 1
        return operation

    def body(self, at: int, *units: list[Json]) -> str:
        envelope = {"v": 1, "schema": 1, "device": DEVICES[self.who], "sent_at": at}
        return msgspec.json.encode({**envelope, "contact_at": None, "units": units}).decode()

    def refusal(self, n: int) -> str:
        return derive_id("refusal", DEVICES[self.who], n)


Told = tuple[str, int, str]
"""Who pushes, when, and the body."""


def tell(start: int) -> Iterator[Told]:
    minute = 60_000
    bo, chen, wu, xia, lin = map(Author, DEVICES)
    at = start
    first = bo.body(at, *receive(bo, at))
    yield "bo", at, first
    yield "bo", at + 1, first
    at += minute
    yield "xia", at, xia.body(at, *register(xia, at))
    at += minute
    yield "chen", at, chen.body(at, *meet_duplicates(chen, at))
    at += minute
    yield "wu", at, wu.body(at, *intrude(wu, at))
    at += minute
    yield "lin", at, lin.body(at, *edit_as_manager(lin, at))
    at += minute
    yield "bo", at, bo.body(at, *edit_too(bo, at))
    at += minute
    yield "lin", at, lin.body(at, *decide(lin, at))
    at += minute
    yield "bo", at, bo.body(at, *appeal(bo, at))
    at += minute
    yield "lin", at, lin.body(at, *tidy(lin, bo, at))
    at += minute
    other = {"n": 1, "e": "comment", "i": id_of(900), "f": {"text": "冒名"}, "t": at}
    yield "bo", at, bo.body(at, [other])
    yield "bo", at, bo.body(at, [{**other, "n": bo.next_seq + 5}])
    yield "bo", at, bo.body(at)


SUN_FIELDS: Json = {
    "store_id": RENMIN,
    "name": "孙伟",
    "salutation": "孙先生",
    "phone": SUN_PHONE,
    "need": "全屋定制",
    "budget": "8 万",
    "community": "阳光花园",
    "house_type": "三室两厅",
    "wechat": "sun_1980",
    "move_in": "年底",
    "source": "staff",
    "tier": "A",
    "tags": ["北欧", "急"],
}


def receive(bo: Author, at: int) -> list[list[Json]]:
    """Registered, received and contacted by one person; and what no server takes."""
    here = {"customer_id": SUN, "store_id": RENMIN}
    arrival = {**here, "source": "staff", "reception": "me", "lead_id": LEAD, "consents": [SERVICE]}
    return [
        [
            bo.make("customer", SUN, SUN_FIELDS, at),
            bo.make("arrival", ARRIVAL, {**arrival, "position": "门口"}, at),
            bo.make("lead", LEAD, {**here, "arrival_id": ARRIVAL, "need": "全屋定制"}, at),
            bo.make("acceptance", ACCEPTANCE, {"lead_id": LEAD}, at),
        ],
        [bo.make("follow_up", FOLLOWED, contact(SUN, at, lead_id=LEAD), at)],
        [bo.make("comment", REMARK, {"customer_id": SUN, "text": "要白橡木 😀"}, at)],
        [bo.make("visit", VISIT, {**fix(at), "store_id": RENMIN, "note": "到店"}, at)],
        [bo.make("visit", HOME, {**fix(at), "customer_id": SUN}, at)],
        [bo.make("photo", PICTURE, picture(VISIT, "visit"), at)],
        [bo.make("comment", id_of(110), {"customer_id": MISSING, "text": "?"}, at)],
        [
            bo.make("comment", id_of(111), {"customer_id": SUN, "text": "同一单元"}, at),
            bo.make("comment", id_of(112), {"customer_id": SUN, "words": "?"}, at),
        ],
        [bo.make("dream", id_of(113), {"colour": "red"}, at)],
        [bo.make("comment", id_of(114), {"customer_id": SUN, "text": "x" * 2001}, at)],
        [bo.make("comment", "no-uuid", {"customer_id": SUN, "text": "?"}, at)],
        [bo.make("customer", SUN, {"store_id": RENMIN}, at)],
        [bo.make("comment", REMARK, {"text": "事实不能改"}, at, b=0)],
        [bo.make("customer", SUN, {"owner_id": "bo"}, at, b=0)],
        [bo.make("arrival", id_of(116), {**arrival, "consents": []}, at)],
    ]


def register(xia: Author, at: int) -> list[list[Json]]:
    """The clerk registers for others, and may not follow up."""
    here = {"customer_id": ZHAO, "store_id": RENMIN}
    arrival = {**here, "source": "staff", "reception": "none", "consents": [SERVICE]}
    zhao = {"store_id": RENMIN, "name": "赵敏", "phone": "13900139000"}
    return [
        [
            xia.make("customer", ZHAO, zhao, at),
            xia.make("arrival", id_of(200), {**arrival, "name": "赵敏"}, at),
        ],
        [xia.make("follow_up", id_of(201), contact(ZHAO, at), at)],
        [xia.make("comment", id_of(202), {"customer_id": ZHAO, "text": "x" * 65_536}, at)],
    ]


def meet_duplicates(chen: Author, at: int) -> list[list[Json]]:
    """Sun again under an id of Chen's own; a customer without a number; then a taken number."""
    again = {"store_id": RENMIN, "name": "孙先生", "phone": "+8613800138000", "budget": "10 万"}
    return [
        [chen.make("customer", AGAIN, again, at)],
        [chen.make("comment", id_of(300), {"customer_id": AGAIN, "text": "问过沙发"}, at)],
        [chen.make("customer", QIAN, {"store_id": RENMIN, "name": "钱芳"}, at)],
        [chen.make("customer", QIAN, {"phone": "13800138000"}, at, b=0)],
        [chen.make("acceptance", id_of(301), {"lead_id": LEAD}, at)],
        [chen.make("closing", id_of(302), {"lead_id": LEAD, "reason": "test"}, at)],
    ]


def intrude(wu: Author, at: int) -> list[list[Json]]:
    """From another store: nothing is to be seen, nothing to be done."""
    bare = {"store_id": BINJIANG, "name": "周", "phone": "13700137000", "tags": ["二次"]}
    return [
        [wu.make("comment", id_of(400), {"customer_id": SUN, "text": "?"}, at)],
        [wu.make("customer", SUN, {"budget": "1 万"}, at, b=0)],
        [wu.make("reassignment", id_of(401), {"lead_id": LEAD, "to_id": "wu"}, at)],
        [wu.make("customer", BARE, bare, at)],
        [wu.make("customer", BARE, {"tags": {"add": ["急"], "remove": ["二次"]}}, at, b=0)],
    ]


def edit_as_manager(lin: Author, at: int) -> list[list[Json]]:
    """Without having seen what Bo wrote: each value that differs is kept aside."""
    seen_nothing = {"budget": "12 万", "community": "滨江花园", "tags": {"add": ["老客户"]}}
    return [
        [lin.make("customer", SUN, seen_nothing, at, b=0)],
        [lin.make("acceptance", id_of(501), {"lead_id": LEAD}, at)],
        [lin.make("reassignment", id_of(500), {"lead_id": LEAD, "to_id": "chen", "note": ""}, at)],
    ]


def edit_too(bo: Author, at: int) -> list[list[Json]]:
    """One conflict restored, the other left; a fact corrected, a lead that is not his any more."""
    lins = DEVICES["lin"]
    budget, community = (derive_id("conflict", lins, 1, each) for each in ("budget", "community"))
    corrected = {"fact_id": REMARK, "fields": {"text": "要黑胡桃"}, "void": False, "note": "听错"}
    kept = {"conflict_id": community, "choice": "keep"}
    return [
        [bo.make("customer", SUN, {"budget": "8 万"}, at, b=0, x=budget)],
        [bo.make("resolution", id_of(600), kept, at)],
        [bo.make("correction", id_of(601), corrected, at)],
        [bo.make("correction", id_of(602), {"fact_id": FOLLOWED, "void": True}, at)],
        [bo.make("closing", id_of(603), {"lead_id": LEAD, "reason": "no_need", "note": ""}, at)],
    ]


def decide(lin: Author, at: int) -> list[list[Json]]:
    pair = derive_id("candidate", *sorted((QIAN, SUN)))
    household = {"candidate_id": pair, "choice": "household", "note": "一家人"}
    apart = {"alias_id": AGAIN, "phone": "record", "note": "不是一个人"}
    closed = {"lead_id": LEAD, "reason": "opportunity", "note": "谈成了"}
    return [
        [lin.make("decision", id_of(700), household, at)],
        [lin.make("unmerge", id_of(701), apart, at)],
        [lin.make("closing", id_of(702), closed, at)],
        [lin.make("deletion", id_of(703), {"row_id": QIAN, "note": "重复"}, at)],
        [lin.make("deletion", id_of(704), {"row_id": MISSING, "note": ""}, at)],
    ]


def appeal(bo: Author, at: int) -> list[list[Json]]:
    """The missing customer (10) is given up, the rest is asked about."""
    return [
        [bo.make("acknowledgement", id_of(800), {"refusal_id": bo.refusal(10)}, at)],
        [bo.make("appeal", id_of(801), {"refusal_id": bo.refusal(12), "note": "请看"}, at)],
        [bo.make("appeal", id_of(802), {"refusal_id": bo.refusal(15), "note": ""}, at)],
        [bo.make("appeal", id_of(803), {"refusal_id": MISSING, "note": ""}, at)],
    ]


def tidy(lin: Author, bo: Author, at: int) -> list[list[Json]]:
    applied, declined = ("apply", bo.refusal(12)), ("decline", bo.refusal(15))
    return [
        [lin.make("release", id_of(850 + n), {"refusal_id": id, "choice": choice, "note": ""}, at)]
        for n, (choice, id) in enumerate((applied, declined))
    ]


def contact(customer_id: str, at: int, **more: Any) -> Json:
    return {
        "customer_id": customer_id,
        "channel": "store",
        "greeting": {"result": "met", "note": "说好周末再来"},
        "needs": {"result": "clear"},
        "proposal": {"result": "revise"},
        "objection": {"result": "none"},
        "revisit": {"result": "booked", "at": at + 86_400_000},
        "mood": "keen",
        "breakthrough": "design",
        "started_at": at - 600_000,
        "ended_at": at - 60_000,
        **more,
    }


def fix(at: int) -> Json:
    place = {"lat": 31.2304, "lng": 121.4737, "accuracy_m": 12.5}
    return {**place, "fix_at": at - 2000, "fix_source": "gps"}


def picture(subject_id: str, kind: str) -> Json:
    size = {"bytes": 120_000, "width": 1600, "height": 1200}
    return {"subject_id": subject_id, "kind": kind, "sha256": "5e" * 32, **size}
