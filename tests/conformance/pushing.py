"""Laws of what goes up: numbers, units, outcomes, refusals, limits."""

import time

from tests.conformance.peer import Json, Peer, derive_id, encode, make_id, squeeze
from tests.conformance.scene import Broken, Scene, expect, law

PATIENCE_S = 10


@law(1, 9, 11)
def applied(scene: Scene) -> None:
    """An operation is applied, and comes back as a row with its number as version."""
    id = scene.register(scene.rep)
    row = scene.rep.pull().rows[id]
    expect(row["version"] > 0 and row["root"] == id, row)
    expect(row["meta"][0] == scene.rep.me["id"], row["meta"])


@law(5)
def replayed(scene: Scene) -> None:
    """The same push again is answered the same and changes nothing, also squeezed."""
    rep = scene.rep
    id = make_id()
    good = rep.operation("customer", id, scene.customer())
    body = encode(rep.envelope([good], [scene.comment(rep, make_id())]))
    first = rep.push_raw(body).json
    before = its_rows(rep.pull().rows, id)
    again = rep.push_raw(squeeze(body), **{"content-encoding": "gzip"}).json
    expect(first["except"] == again["except"] and first["done"] == again["done"], again)
    expect(before == its_rows(rep.pull().rows, id), "rows changed")


def its_rows(rows: dict[str, Json], root: str) -> dict[str, Json]:
    """What hangs on it, and what is kept of refusals: the store goes on meanwhile, by itself."""
    return {
        id: row for id, row in rows.items() if row["root"] == root or row["entity"] == "refusal"
    }


@law(5)
def mismatched(scene: Scene) -> None:
    """A number used for other content is a mismatch; nothing of it is applied."""
    scene.rep.take_device()
    id = scene.register(scene.rep)
    other = {**scene.rep.operation("customer", make_id(), scene.customer()), "n": 1}
    answer = scene.rep.push([other]).json
    expect(answer["except"] == [{"o": "mismatch", "n": 1}], answer)
    expect(id in scene.rep.pull().rows and other["i"] not in scene.rep.rows, "applied")
    scene.rep.take_device()


@law(5)
def known_elsewhere(scene: Scene) -> None:
    """A mismatch says when the same content was judged before under another number."""
    rep = scene.rep
    scene.register(rep)
    sent = rep.operation("customer", make_id(), scene.customer())
    rep.push([sent])
    answer = rep.push([{**sent, "n": sent["n"] - 1}]).json
    expect(answer["except"] == [{"o": "mismatch", "n": sent["n"] - 1, "known": True}], answer)


@law(5)
def gapped(scene: Scene) -> None:
    """A gap is answered with the number expected, and nothing is judged."""
    rep, expected = scene.rep, scene.rep.next_seq
    rep.next_seq += 5
    operation = rep.operation("customer", make_id(), scene.customer())
    answer = rep.push([operation]).json
    rep.next_seq = expected
    expect(answer["gap"] is True and answer["next"] == expected, answer)
    expect(operation["i"] not in rep.pull().rows, "judged")


@law(2, 5)
def partly_known(scene: Scene) -> None:
    """Of a unit that is partly known the known part alone is answered."""
    rep = scene.rep
    id = scene.register(rep)
    known = rep.operation("comment", make_id(), {"customer_id": id, "text": "一"})
    rep.push([known])
    rest = scene.comment(rep, id, "二")
    answer = rep.push([known, rest]).json
    expect((answer["done"], answer["next"]) == ([known["n"], 1], rest["n"]), answer)
    expect(rest["i"] not in rep.pull().rows, "the rest was judged")


@law(2, 10)
def whole_units(scene: Scene) -> None:
    """A unit is applied whole or not at all; the cause has its own code, the rest `unit`."""
    rep, id = scene.rep, make_id()
    unit = [
        rep.operation("customer", id, scene.customer()),
        scene.comment(rep, id),
        scene.comment(rep, make_id()),
    ]
    answer = rep.push(unit).json
    expect([each["code"] for each in answer["except"]] == ["unit", "unit", "not_found"], answer)
    expect(id not in rep.pull().rows, "half a unit was applied")


@law(8, 10)
def poison_anywhere(scene: Scene) -> None:
    """A bad operation in any position delays no other unit."""
    rep = scene.rep
    for position in range(3):
        ids = [make_id() for _ in range(3)]
        poison = [{"nonsense": 1} if nth == position else {} for nth in range(3)]
        units = [
            [rep.operation("customer", id, scene.customer(**bad))]
            for id, bad in zip(ids, poison, strict=True)
        ]
        answer = rep.push(*units).json
        expect([each["code"] for each in answer["except"]] == ["unknown_field"], answer)
        held = rep.pull().rows
        expect([id in held for id in ids] == [nth != position for nth in range(3)], answer)


@law(8)
def never_trusted(scene: Scene) -> None:
    """Server fields, unknown entities, wrong types and other versions of ids are refused."""
    rep = scene.rep
    cases: list[tuple[Json, str]] = [
        (rep.operation("customer", make_id(), scene.customer(owner_id="x")), "server_field"),
        (rep.operation("nonsense", make_id(), {}), "unknown_entity"),
        (rep.operation("customer", make_id(), scene.customer(name=7)), "invalid"),
        (rep.operation("customer", "not-an-id", scene.customer()), "invalid"),
    ]
    answer = rep.push(*[[operation] for operation, _ in cases]).json
    expect([each["code"] for each in answer["except"]] == [code for _, code in cases], answer)


@law(8, 10)
def alike(scene: Scene) -> None:
    """What is out of reach and what does not exist are answered alike."""
    id, stranger = scene.register(scene.rep), scene.stranger
    answers = []
    for named in (id, make_id()):
        fact = scene.comment(stranger, named)
        edit = stranger.operation("customer", named, {"name": "x"}, b=1)
        told = stranger.push([fact], [edit]).json["except"]
        answers.append([{**each, "n": 0} for each in told])
    expect(answers[0] == answers[1], answers)


@law(10)
def kept_as_rows(scene: Scene) -> None:
    """Refused content comes back as a row until its author acknowledges it."""
    rep = scene.rep
    operation = scene.comment(rep, make_id(), "客厅柜改白橡木")
    rep.push([operation])
    kept = {
        id: row
        for id, row in rep.pull().of("refusal").items()
        if row["body"]["device"] == rep.device and row["body"]["seq"] == operation["n"]
    }
    expect(len(kept) == 1, kept)
    ((id, row),) = kept.items()
    expect(id == derive_id("refusal", rep.device, operation["n"]), id)
    expect(row["body"]["fields"] == operation["f"], row)
    rep.push([rep.operation("acknowledgement", make_id(), {"refusal_id": id})])
    expect(id not in rep.pull().rows, "it is still there")


@law(10)
def judged_again(scene: Scene) -> None:
    """What was refused for a missing parent is judged again when the parent comes."""
    rep, id = scene.rep, make_id()
    fact = scene.comment(rep, id)
    rep.push([fact])
    rep.push([rep.operation("customer", id, scene.customer())])
    deadline = time.monotonic() + PATIENCE_S
    while fact["i"] not in rep.pull().rows and time.monotonic() < deadline:
        time.sleep(0.2)
    expect(rep.rows.get(fact["i"], {}).get("root") == id, "it never came")
    expect(not [r for r in rep.of("refusal").values() if r["body"]["row_id"] == fact["i"]])


@law(4)
def envelopes(scene: Scene) -> None:
    """Malformed, too large, newer and foreign envelopes are told apart, unjudged."""
    rep = scene.rep
    good = rep.envelope([rep.operation("customer", make_id(), scene.customer())])
    rep.next_seq -= 1
    many = [[{**good["units"][0][0], "n": rep.next_seq + nth} for nth in range(65)]]
    cases = [
        (b"{", {}, 400),
        (encode({**good, "nonsense": 1}), {}, 400),
        (encode({**good, "device": make_id()}), {}, 400),
        (encode({**good, "schema": 999}), {}, 503),
        (encode({**good, "units": many}), {}, 413),
        (squeeze(b" " * (9 << 20)), {"content-encoding": "gzip"}, 413),
        (encode(good), {"content-encoding": "br"}, 415),
        (encode(good), {"authorization": "Bearer nonsense"}, 401),
    ]
    for body, headers, status in cases:
        answer = rep.push_raw(body, **headers)
        expect(answer.status == status, (status, answer.status, answer.body))
        expect("code" in answer.json["error"], answer.body)
    expect(rep.push().json["next"] == rep.next_seq, "something was judged")


@law(31)
def other_versions(scene: Scene) -> None:
    """A version that never was is told so, a newer one to wait; neither is judged, and what was
    sent is taken when it comes as a version that was released."""
    rep = scene.rep
    good = rep.envelope([rep.operation("customer", make_id(), scene.customer())])
    for told, status, code in (
        ({"schema": 0}, 400, "malformed"),
        ({"schema": 0, "units": []}, 400, "malformed"),
        ({"schema": 999}, 503, "newer_schema"),
        ({"v": 999}, 503, "newer_schema"),
    ):
        answer = rep.push_raw(encode({**good, **told}))
        expect((answer.status, answer.json["error"]["code"]) == (status, code), answer.body)
        expect(status != 503 or int(answer.headers["retry-after"]) > 0, answer.headers)
    answer = rep.push_raw(encode(good))
    expect(answer.status == 200 and "except" not in answer.json, answer.body)


@law(7)
def rights_that_were(scene: Scene) -> None:
    """A report of somebody who had the right since their last contact is taken; a claim is not,
    nor is what they say after that contact."""
    rep, colleague = scene.rep, scene.colleague
    id, lead_id = received(scene)
    reassign(scene, lead_id, rep)
    taken = {"lead_id": lead_id, "offer_id": await_offer(rep, lead_id)}
    rep.push([rep.operation("acceptance", make_id(), taken)])
    expect(id in rep.pull().rows, "it was not given to the rep")
    reassign(scene, lead_id, scene.manager)
    expect(id not in rep.pull().rows, "it was not taken from the rep")
    report = scene.comment(rep, id, "写的时候还是我的")
    claim = {"lead_id": lead_id, "reason": "no_need", "note": ""}
    answer = rep.push([report], [rep.operation("closing", make_id(), claim)]).json
    expect([each["n"] for each in answer["except"]] == [rep.next_seq - 1], answer)
    late = rep.push([scene.comment(rep, id)]).json["except"]
    expect([each["code"] for each in late] == ["not_found"], late)
    expect(colleague.pull().rows[report["i"]]["root"] == id, "it is not in the tree")
    expect(report["i"] not in rep.pull().rows, "a report opened the tree")


def received(scene: Scene) -> tuple[str, str]:
    """A customer whom the colleague receives, and the lead."""
    peer, id, arrival_id, lead_id = scene.colleague, make_id(), make_id(), make_id()
    customer = scene.customer(salutation="", need="衣柜", source="staff")
    told = {
        "customer_id": id,
        "reception": "me",
        "lead_id": lead_id,
        "position": "",
        "consents": [{"purpose": "service", "version": "2026-11", "how": "verbal"}],
    }
    lead = {"customer_id": id, "store_id": scene.store, "arrival_id": arrival_id, "need": "衣柜"}
    unit = [
        peer.operation("customer", id, customer),
        peer.operation("arrival", arrival_id, {**customer, **told}),
        peer.operation("lead", lead_id, lead),
        peer.operation("acceptance", make_id(), {"lead_id": lead_id}),
    ]
    answer = peer.push(unit)
    expect("except" not in answer.json, answer.body)
    return id, lead_id


def await_offer(peer: Peer, lead_id: str) -> str:
    """The server offers by itself, in a moment."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for id, row in peer.pull().of("offer").items():
            if row["body"]["lead_id"] == lead_id:
                return id
        time.sleep(0.2)
    raise Broken("no offer came")


def reassign(scene: Scene, lead_id: str, to: Peer) -> None:
    fields = {"lead_id": lead_id, "to_id": to.me["id"]}
    answer = scene.manager.push([scene.manager.operation("reassignment", make_id(), fields)])
    expect("except" not in answer.json, answer.body)


@law(6)
def push_reads_nothing(scene: Scene) -> None:
    """The push credential opens no other door."""
    headers = {"authorization": f"Bearer {scene.rep.credential}", "cookie": ""}
    wish = {"device": scene.rep.device, "cursor": None}
    expect(scene.rep.call("POST", "/sync/pull", wish, headers).status == 401)
