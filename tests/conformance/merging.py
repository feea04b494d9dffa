"""Laws of merging: what is seen, what is concurrent, what wins, and what is never lost."""

from typing import Any

from tests.conformance.peer import Json, make_id, now_ms
from tests.conformance.scene import Scene, expect, law

HOUR_MS = 3_600_000


def edit(scene: Scene, peer: Any, id: str, base: int, fields: Json, back_ms: int = 0) -> Json:
    made: Json = peer.operation("customer", id, fields, b=base)
    return {**made, "t": now_ms() - back_ms}


def both_hold(scene: Scene, **fields: Any) -> tuple[str, int]:
    """A customer of the rep's that the manager sees too, and its version."""
    id = scene.register(scene.rep, **fields)
    return id, int(scene.manager.pull().rows[id]["version"])


@law(3, 12, 13)
def other_fields(scene: Scene) -> None:
    """Edits of different fields both stay."""
    id, base = both_hold(scene)
    scene.rep.push([edit(scene, scene.rep, id, base, {"budget": "8 万"})])
    answer = scene.manager.push([edit(scene, scene.manager, id, base, {"need": "餐桌"})])
    expect("except" not in answer.json, answer.body)
    body = scene.rep.pull().rows[id]["body"]
    expect((body["budget"], body["need"]) == ("8 万", "餐桌"), body)


@law(13, 14, 15)
def same_field(scene: Scene) -> None:
    """The later edit of one field wins in either order; the other is shown to both."""
    for late_first in (False, True):
        id, base = both_hold(scene, budget="10 万")
        early = edit(scene, scene.rep, id, base, {"budget": "8 万"}, 60_000)
        late = edit(scene, scene.manager, id, base, {"budget": "6 万"})
        pushes = [(scene.rep, early), (scene.manager, late)]
        for peer, operation in reversed(pushes) if late_first else pushes:
            peer.push([operation])
        for peer in (scene.rep, scene.manager):
            held = peer.pull()
            expect(held.rows[id]["body"]["budget"] == "6 万", held.rows[id])
            shown = [row["body"] for row in held.of("conflict").values() if row["root"] == id]
            expect([each["value_other"] for each in shown] == ["8 万"], shown)
            expect(held.agrees(), "digests differ")


@law(14)
def restored(scene: Scene) -> None:
    """The other value is put back by a patch that cites the conflict."""
    id, base = both_hold(scene, budget="10 万")
    scene.rep.push([edit(scene, scene.rep, id, base, {"budget": "8 万"}, 60_000)])
    scene.manager.push([edit(scene, scene.manager, id, base, {"budget": "6 万"})])
    rep = scene.rep.pull()
    ((conflict_id, _),) = [
        (each, row) for each, row in rep.of("conflict").items() if row["root"] == id
    ]
    patch = edit(scene, rep, id, rep.rows[id]["version"], {"budget": "8 万"})
    expect("except" not in rep.push([{**patch, "x": conflict_id}]).json)
    held = scene.manager.pull().rows
    expect(held[id]["body"]["budget"] == "8 万", held[id])
    expect(held[conflict_id]["body"]["state"] == "restored", held[conflict_id])


@law(15)
def fast_clocks(scene: Scene) -> None:
    """A clock that runs ahead wins nothing, and nothing is refused for its time."""
    id, base = both_hold(scene, budget="10 万")
    ahead = edit(scene, scene.rep, id, base, {"budget": "8 万"}, -72 * HOUR_MS)
    answer = scene.rep.push([ahead], sent_at=now_ms() + 73 * HOUR_MS)
    expect("except" not in answer.json, answer.body)
    scene.manager.push([edit(scene, scene.manager, id, base, {"budget": "6 万"})])
    expect(scene.rep.pull().rows[id]["body"]["budget"] == "6 万", scene.rep.rows[id])


@law(13)
def sets(scene: Scene) -> None:
    """In sets an element that somebody adds unseen survives another's removal."""
    id, base = both_hold(scene, tags=["老客"])
    scene.rep.push([edit(scene, scene.rep, id, base, {"tags": {"remove": ["老客"]}})])
    scene.manager.push([edit(scene, scene.manager, id, base, {"tags": {"add": ["老客", "北欧"]}})])
    expect(scene.rep.pull().rows[id]["body"]["tags"] == ["北欧", "老客"], scene.rep.rows[id])


@law(19, 20)
def duplicates(scene: Scene) -> None:
    """A creation with a taken number becomes part of the record; its id is an alias for ever."""
    id = scene.register(scene.rep, budget="")
    number = scene.rep.pull().rows[id]["body"]["phone"]
    alias, fact = make_id(), make_id()
    fields = scene.customer(phone=number, name="孙太太", budget="12 万")
    other = scene.colleague
    unit = [
        other.operation("customer", alias, fields),
        other.operation("comment", fact, {"customer_id": alias, "text": "她自己来的"}),
    ]
    answer = other.push(unit).json
    first = unit[0]["n"]
    expect(answer["except"] == [{"o": "duplicate", "n": first, "of": id}], answer)
    held = scene.rep.pull().rows
    expect(held[fact]["root"] == id and held[fact]["body"]["customer_id"] == alias, held[fact])
    expect((held[id]["body"]["name"], held[id]["body"]["budget"]) == ("孙伟", "12 万"), held[id])
    expect(id not in other.pull().rows, "the creator gained access")


@law(20)
def unmerged(scene: Scene) -> None:
    """A manager takes a record out again; its facts go with it."""
    id = scene.register(scene.rep, budget="")
    number = scene.rep.pull().rows[id]["body"]["phone"]
    alias, other = make_id(), scene.colleague
    fact = {"customer_id": alias, "text": "她自己来的"}
    unit = [
        other.operation("customer", alias, scene.customer(phone=number, name="孙太太")),
        other.operation("comment", make_id(), fact),
    ]
    other.push(unit)
    claim = {"alias_id": alias, "phone": "record"}
    answer = scene.manager.push([scene.manager.operation("unmerge", make_id(), claim)])
    expect("except" not in answer.json, answer.body)
    held = other.pull().rows
    expect(held[alias]["body"]["name"] == "孙太太", held.get(alias))
    expect(held[unit[1]["i"]]["root"] == alias, held.get(unit[1]["i"]))
    expect(other.agrees() and scene.rep.pull().agrees(), "digests differ")


@law(17)
def corrected(scene: Scene) -> None:
    """A correction stands for a fact whose own content stays."""
    rep, id = scene.rep, scene.register(scene.rep)
    fact = scene.comment(rep, id, "写错了")
    rep.push([fact])
    fields = {"fact_id": fact["i"], "fields": {"text": "写对了"}}
    correction = rep.operation("correction", make_id(), fields)
    expect("except" not in rep.push([correction]).json)
    row = rep.pull().rows[fact["i"]]["body"]
    expect((row["text"], row["corrected_by"]) == ("写错了", correction["i"]), row)


@law(18)
def deleted(scene: Scene) -> None:
    """A deletion leaves every phone; an edit under way is kept and told who deleted."""
    id = scene.register(scene.rep)
    base = scene.rep.pull().rows[id]["version"]
    manager = scene.manager.pull()
    expect(
        "except"
        not in manager.push([manager.operation("deletion", make_id(), {"row_id": id})]).json
    )
    late = scene.rep.push([edit(scene, scene.rep, id, base, {"budget": "8 万"})]).json
    expect([each["code"] for each in late["except"]] == ["deleted"], late)
    expect(late["except"][0]["who"] == manager.me["id"], late)
    expect(id not in scene.rep.pull().rows and scene.rep.agrees(), "it is still there")


@law(16)
def nothing_lost(scene: Scene) -> None:
    """Every value that was accepted stands, or is offered beside what stands."""
    id, base = both_hold(scene, budget="10 万")
    number = scene.rep.pull().rows[id]["body"]["phone"]
    accepted = {"budget": {"8 万", "6 万", "12 万"}, "name": {"孙伟", "孙太太"}, "need": {"衣柜"}}
    scene.rep.push([edit(scene, scene.rep, id, base, {"budget": "8 万"}, 60_000)])
    scene.manager.push([edit(scene, scene.manager, id, base, {"budget": "6 万", "need": "衣柜"})])
    twin = scene.customer(phone=number, name="孙太太", budget="12 万")
    scene.colleague.push([scene.colleague.operation("customer", make_id(), twin)])
    held = scene.rep.pull()
    offered = [row["body"] for row in held.of("conflict").values() if row["root"] == id]
    for field, values in accepted.items():
        shown = {each["value_other"] for each in offered if each["field"] == field}
        expect(shown | {held.rows[id]["body"][field]} == values, (field, shown))


@law(21)
def candidates(scene: Scene) -> None:
    """Two records that may be one are put before the manager, who decides once; nobody is merged
    silently."""
    older, younger = scene.register(scene.rep), scene.register(scene.rep)
    rows = scene.rep.pull().rows
    number, base = rows[older]["body"]["phone"], rows[younger]["version"]
    told = scene.rep.push([edit(scene, scene.rep, younger, base, {"phone": number})]).json
    expect([each["code"] for each in told["except"]] == ["phone_taken"], told)
    expect({older, younger} <= set(scene.rep.pull().rows), "merged silently")
    manager = scene.manager.pull()
    asked = [each for each, row in manager.of("candidate").items() if names(row, older, younger)]
    expect(len(asked) == 1 and manager.rows[asked[0]]["body"]["state"] == "open", asked)
    decision = {"candidate_id": asked[0], "choice": "same"}
    answer = manager.push([manager.operation("decision", make_id(), decision)])
    expect("except" not in answer.json, answer.body)
    held = manager.pull().rows
    expect(held[asked[0]]["body"]["state"] == "same" and younger not in held, held[asked[0]])
    expect(younger in held[older]["body"]["merged_ids"] and manager.agrees(), held[older])


def names(row: Json, *ids: str) -> bool:
    return {row["body"][side]["id"] for side in ("one", "other")} == set(ids)
