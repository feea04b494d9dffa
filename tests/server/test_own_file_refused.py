"""What was refused about a customer is theirs to take along; what it says of others is not."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette

from tests.cast import PEOPLE
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import arrival, customer, follow_up, make_id, register, say
from tests.server.held import Holder
from tests.server.photo_stage import fact as photo_of
from tests.server.photo_stage import picture
from tests.server.test_own_file import unpack
from tests.server.test_photos_facts import thumb

PhoneOf = Callable[[str], Awaitable[Phone]]

QIAN, OTHER = "13900000001", "13900000099"
UNSOUND = {"revisit": {"result": "booked", "at": 2**53 - 1}, "answers": [1.5, {"q": "要地暖"}]}


async def refuse(phone: Phone, *unit: tuple[str, str, dict[str, Any], int | None]) -> None:
    made = [phone.operation(*each) for each in unit]
    answer = (await phone.push(made)).json()
    assert [each["n"] for each in answer.get("except", ())] == [each["n"] for each in made]
    assert {each["o"] for each in answer["except"]} == {"refused"}


async def speak_of(bo: Phone, id: str) -> None:
    never, told = make_id(), make_id()
    tags = {"add": ["原木"], "remove": []}
    await refuse(bo, ("customer", id, {"phone": OTHER, "need": "书房", "tags": tags}, 1))
    named = {"name": "钱小姐", "phone": QIAN}
    nobody_asked = arrival(never, **named, consents=[])
    await refuse(
        bo,
        ("customer", never, customer(**named), None),
        ("arrival", make_id(), nobody_asked, None),
    )
    await refuse(bo, ("comment", make_id(), {"customer_id": never, "text": "怕冷"}, None))
    await refuse(bo, ("follow_up", told, {**follow_up(id), **UNSOUND}, None))
    mended = {"fact_id": told, "fields": {"answers": {"q": "榆木"}, "who": "别人"}}
    await refuse(bo, ("correction", make_id(), mended, None))
    seen = {**photo_of(picture()), "subject_id": id, "customer_id": id, "thumb": thumb()}
    await refuse(bo, ("photo", make_id(), {**seen, "width": -1}, None))


async def speak_of_both(bo: Phone, id: str, other: str) -> None:
    """The number is in what is about others, once by mistake; or one unit speaks of two."""
    mistaken = make_id()
    stranger = customer(name="别人的名字", phone=QIAN)
    await refuse(bo, ("customer", mistaken, {**stranger, "tier": "Z"}, None))
    mended = {**stranger, "phone": "13900000055"}
    await bo.push([bo.operation("customer", mistaken, mended)])
    theirs = {"customer_id": mistaken, "text": "别人家", "x": 1}
    await refuse(bo, ("comment", make_id(), theirs, None))
    await refuse(bo, ("customer", other, {"phone": QIAN, "need": "别人要的"}, 1))
    mother = {"customer_id": other, "relation": "", "name": "别人的妈", "phone": QIAN}
    await refuse(bo, ("contact", make_id(), mother, None))
    await refuse(
        bo,
        ("comment", make_id(), {"customer_id": id, "text": "周末来"}, None),
        ("comment", make_id(), {"customer_id": other, "text": "别人说的"}, None),
        ("comment", make_id(), {"customer_id": make_id(), "text": "别人不在"}, None),
    )
    kept = (await Holder(bo).pull()).of("refusal")
    (cause,) = (row.id for row in kept if row.body["fields"].get("text") == "别人不在")
    assert await say(bo, "appeal", refusal_id=cause, note="是别人的事") is None
    daughter = {"customer_id": id, "relation": "女儿", "name": "别人的女儿", "removed": "不"}
    await refuse(bo, ("contact", make_id(), daughter, None))
    await refuse(bo, ("comment", make_id(), {"customer_id": other, "text": ""}, None))


async def ask_about(chen: Phone, lin: Phone, id: str) -> None:
    """Out of Chen's reach: one is given up, one is not released, one is."""
    for text in ("放弃的话", "退回的话", "放行的话"):
        await refuse(chen, ("comment", make_id(), {"customer_id": id, "text": text}, None))
    kept = {row.body["fields"]["text"]: row.id for row in (await Holder(chen).pull()).of("refusal")}
    assert await say(chen, "acknowledgement", refusal_id=kept["放弃的话"]) is None
    for text, choice in (("退回的话", "decline"), ("放行的话", "apply")):
        assert await say(chen, "appeal", refusal_id=kept[text], note="问过她") is None
        answer = {"refusal_id": kept[text], "choice": choice, "note": "知道了"}
        assert await say(lin, "release", **answer) is None


async def test_a_persons_file_holds_what_was_refused_and_nothing_of_others_in_it(
    app: Starlette, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, lin = [await phone_of(who) for who in ("bo", "chen", "lin")]
    id = await register(bo, name="钱女士", phone=QIAN)
    other = await register(bo, name="别人", phone=OTHER)
    await speak_of(bo, id)
    await speak_of_both(bo, id, other)
    await ask_about(chen, lin, id)
    while await app.state.worker.tick(clock()):
        pass
    files, items = unpack(await lin.client.get(f"/api/customers/{id}/data.zip"))
    told = [item for item in items if item["kind"] == "refused"]
    assert {(item["by"], item["source"]) for item in told} == {("rep", "staff_phone")}
    found = [(item["refused"]["of"], item["refused"]["why"]) for item in told]
    assert sorted(found) == [
        ("arrival", "no_consent"),
        ("comment", "not_found"),  # it hangs from a record that never was
        ("comment", "not_found"),
        ("comment", "together"),
        ("contact", "not_valid"),
        ("correction", "not_found"),
        ("customer", "other"),
        ("customer", "together"),
        ("follow_up", "not_valid"),
        ("number", "other"),
        ("number", "other"),
        ("number", "other"),
        ("photo", "not_valid"),
    ]
    by_kind = {item["refused"]["of"]: item for item in told}
    assert by_kind["number"]["fields"] == {"phone": f"+86{QIAN}"}
    assert by_kind["correction"]["fields"] == {"fields": {"answers": {"q": "榆木"}}}
    (edit,) = (item for item in told if item["refused"] == {"of": "customer", "why": "other"})
    assert edit["fields"] == {"need": "书房", "tags": {"add": ["原木"], "remove": []}}
    by_text = {item["fields"]["text"]: item for item in told if "text" in item["fields"]}
    assert by_text["退回的话"]["refused"]["asked"] == "问过她"
    page = files["index.html"].decode()
    words = (
        "没有采纳的内容（备注）",
        "原因：没有记下您的同意。",
        "钱小姐",
        "怕冷",
        "要地暖",
        "榆木",
    )
    more = (
        "加上：原木",
        "周末来",
        "答复：知道了",
        "data:image/jpeg;base64,",
    )
    assert [each for each in (*words, *more) if each not in page] == []
    assert page.count("放行的话") == 1, "it was taken over"
    english = files["en.html"].decode()
    said = (
        "Not taken over (Note)",
        "part of your data. Reason: your consent was not recorded.",
        "Answer: 知道了",
        "Added: 原木",
        'alt="Photo"',
    )
    assert [each for each in said if each not in english] == []
    whole = page + english + files["data.json"].decode()
    names = [name for name, role, *_ in PEOPLE.values() if role == "rep"]
    for text in ("放弃的话", "别人", OTHER, other, "phone_taken", '"bo"', *names):
        assert text not in whole
