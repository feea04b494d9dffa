"""Laws of what comes down: scopes, cursors, frames, digests."""

import base64
import hashlib
import threading
import zlib

from tests.conformance.peer import Json, encode, make_id
from tests.conformance.placement import place
from tests.conformance.scene import Scene, expect, law

PULLS = 20
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


@law(23, 24)
def scoped(scene: Scene) -> None:
    """Nobody is sent a row outside their scopes; all holders get one body and version."""
    id = scene.register(scene.rep)
    mine, theirs = scene.rep.pull().rows[id], scene.manager.pull().rows[id]
    expect((mine["version"], mine["body"]) == (theirs["version"], theirs["body"]), theirs)
    expect(id not in scene.stranger.pull().rows and id not in scene.colleague.pull().rows)


@law(23, 24)
def placed(scene: Scene) -> None:
    """Every row lies in the scopes that the specification's table names, and in no other."""
    id = scene.register(scene.rep, need="放在哪里")
    scene.rep.push([scene.comment(scene.rep, id)])
    scene.rep.push([scene.comment(scene.rep, make_id())])
    for peer in (scene.rep, scene.colleague, scene.stranger, scene.manager):
        rows = peer.pull().rows
        for each, row in rows.items():
            wanted = place(row, rows)
            if wanted is not None:
                expect(row["scopes"] == wanted & set(peer.digest), (each, row, wanted))


@law(27)
def cursors(scene: Scene) -> None:
    """A foreign, forged or nonsensical cursor leads to a clean resync within one's rights."""
    rep, other = scene.rep.pull(), scene.manager.pull()
    for cursor in (other.cursor, "nonsense", (rep.cursor or "")[:-2] + "xx", ""):
        answer = rep.ask(cursor)
        expect(answer.status == 200, answer.body)
        first = answer.frames[0]
        expect(first.get("resync") is True, first.keys())
        expect(set(first["s"]) == set(rep.digest), first["s"])


@law(29, 30)
def first_sync(scene: Scene) -> None:
    """A first sync comes in parts, counts down, ends at the head, and its digests are right."""
    for _ in range(3):
        scene.register(scene.rep)
    frames = scene.rep.ask(None).frames
    parts = [frame["part"] for frame in frames if "part" in frame]
    left = [frame["left"] for frame in frames if "left" in frame]
    expect(parts == sorted(parts) and left == sorted(left, reverse=True), (parts, left))
    expect(left[-1] == 0 and frames[-1]["head"] is True, left)
    scene.rep.forget()
    for frame in frames:
        scene.rep.apply(frame)
    expect(scene.rep.agrees() and bool(scene.rep.digest), "digests differ")


@law(29)
def resumed(scene: Scene) -> None:
    """Cut after any frame, a pull goes on where it stood and ends with the same rows."""
    whole = dict(scene.rep.pull().rows)
    frames = scene.rep.ask(None).frames
    for cut in range(len(frames)):
        scene.rep.forget()
        for frame in frames[: cut + 1]:
            scene.rep.apply(frame)
        expect(scene.rep.pull().rows == whole, f"cut after frame {cut}")
        expect(not scene.rep.resynced and scene.rep.agrees(), f"cut after frame {cut}")


@law(26, 27)
def applied_twice(scene: Scene) -> None:
    """Applying frames twice does no harm."""
    scene.register(scene.rep)
    frames = scene.rep.ask(scene.rep.cursor).frames
    for frame in [*frames, *frames]:
        scene.rep.apply(frame)
    expect(scene.rep.agrees(), "digests differ")


@law(25)
def one_sequence(scene: Scene) -> None:
    """Each change of a row has a number of its own, and a pull beside writers reads one moment:
    what it brings up to the head has the digests that it tells."""
    ended = threading.Event()
    writer = threading.Thread(target=write_on, args=(scene, ended))
    writer.start()
    try:
        for _ in range(PULLS):
            expect(scene.manager.pull().agrees(), "digests differ beside a writer")
    finally:
        ended.set()
        writer.join()
    versions = [row["version"] for row in scene.manager.pull().rows.values()]
    expect(len(versions) == len(set(versions)), "two rows share a number")


def write_on(scene: Scene, ended: threading.Event) -> None:
    while not ended.is_set():
        scene.register(scene.rep)


@law(30)
def sent_again(scene: Scene) -> None:
    """A scope whose rows do not add up is dropped and sent again on request."""
    rep = scene.rep.pull()
    mine = f"staff:{rep.me['id']}"
    lost = next(id for id, row in rep.rows.items() if mine in row["scopes"])
    del rep.rows[lost]
    expect(not rep.agrees(), "the loss was not noticed")
    expect(mine in rep.call("POST", "/sync/verify", {"digest": own(scene)}).json["differ"])
    rep.pull(resend=[mine])
    expect(rep.agrees() and lost in rep.rows, "it did not come again")
    expect(rep.call("POST", "/sync/verify", {"digest": own(scene)}).json["differ"] == [])


def own(scene: Scene) -> Json:
    return {scope: scene.rep.own_digest(scope) for scope in scene.rep.digest}


@law(32)
def squeezed(scene: Scene) -> None:
    """Frames travel as gzip where it is offered, and say the same."""
    wish = encode({"device": scene.rep.device, "cursor": None})
    answer = scene.rep.call("POST", "/sync/pull", wish, {"accept-encoding": "gzip"})
    expect(answer.headers.get("content-encoding") == "gzip", answer.headers)
    lines = zlib.decompress(answer.body, 31).splitlines()
    expect(len(lines) == len(scene.rep.ask(None).frames), len(lines))


@law(33)
def idle(scene: Scene) -> None:
    """When nothing moved a pull says so in one small frame."""
    rep = scene.rep.pull().pull()
    answer = rep.ask(rep.cursor)
    (frame,) = answer.frames
    expect(frame["head"] is True and frame["rows"] == [] and len(answer.body) < 1000, frame)


@law(33)
def poked(scene: Scene) -> None:
    """A stream tells whoever listens that something in their scopes moved."""
    rep = scene.rep
    with rep.listening() as lines:
        scene.register(rep)
        expect(any(line.strip() == b"data: moved" for line in lines), "it ended without a word")


@law(34)
def bytes_apart(scene: Scene) -> None:
    """A photo's bytes come by themselves, before or after the fact, and only those it promised."""
    rep, digest = scene.rep, hashlib.sha256(PICTURE).hexdigest()
    subject = scene.register(rep)
    told = {"subject_id": subject, "kind": "customer", "width": 1, "height": 1}
    told |= {"sha256": digest, "bytes": len(PICTURE)}
    before, after, other = make_id(), make_id(), make_id()
    expect(rep.upload(before, PICTURE) == 204, "not taken before its fact")
    rep.push(*[[rep.operation("photo", id, told)] for id in (before, after, other)])
    expect(rep.pull().rows[after]["body"]["state"] == "pending", rep.rows[after])
    expect(rep.upload(after, PICTURE) == 204, "not taken after its fact")
    expect(rep.upload(other, PICTURE[:-1] + b"?", digest) == 460, "other bytes were taken")
    states = [rep.pull().rows[id]["body"]["state"] for id in (before, after, other)]
    expect(states == ["stored", "stored", "pending"], states)
    seen = [peer.call("GET", f"/photos/{after}/small").status for peer in (rep, scene.stranger)]
    expect(seen == [200, 404], seen)


@law(22)
def known_numbers(scene: Scene) -> None:
    """The file of known numbers has an ETag, is sorted, and names nobody."""
    answer = scene.rep.call("GET", "/api/known-phones")
    prefixes = answer.body[16:]
    listed = [prefixes[at : at + 3] for at in range(0, len(prefixes), 3)]
    expect(answer.status == 200 and listed == sorted(set(listed)), answer.status)
    same = {"if-none-match": answer.headers["etag"]}
    expect(scene.rep.call("GET", "/api/known-phones", None, same).status == 304)


@law(28)
def revoked(scene: Scene) -> None:
    """A lost phone reads nothing more; what it still sends is kept for the manager."""
    rep = scene.rep
    id = scene.register(rep)
    rep.pull()
    scene.manager.call("DELETE", f"/api/devices/{rep.device}?why=lost")
    expect(rep.ask(rep.cursor).status in (401, 403), "it still reads")
    fact = scene.comment(rep, id)
    answer = rep.push([fact])
    expect(answer.status == 200 and answer.json.get("revoked") == "lost", answer.body)
    expect([each["code"] for each in answer.json["except"]] == ["revoked"], answer.body)
    rows = scene.manager.pull().of("refusal").values()
    kept = [row["body"]["fields"] for row in rows if row["body"]["row_id"] == fact["i"]]
    expect(kept == [fact["f"]], kept)


@law(35)
def erased(scene: Scene) -> None:
    """Who is erased leaves every phone, which is told so by ids alone; what still names them is
    answered erased, whatever else is wrong with it, and is not kept."""
    id = scene.register(scene.rep, need="待删除")
    held = scene.manager.pull()
    expect(id in held.rows, "not with the manager")
    path = f"/api/customers/{id}/erasure"
    done = scene.manager.call("POST", path, {"reason": "asked"})
    expect(done.status == 200, done.body)
    unit = [scene.comment(scene.rep, id), scene.rep.operation("comment", make_id(), {"text": 1})]
    late = scene.rep.operation("correction", make_id(), {"fact_id": unit[0]["i"], "note": "晚"})
    told = scene.rep.push(unit, [late]).json["except"]
    expect([(each["o"], each["code"]) for each in told] == [("refused", "erased")] * 3, told)
    for peer in (held, scene.rep):
        peer.pull()
        expect(id not in peer.rows, "still there")
        expect(any(row["body"]["ids"] == [id] for row in peer.of("erasure").values()), "not told")
        expect(peer.agrees(), "digests differ")
    kept = [row["body"]["row_id"] for row in scene.rep.of("refusal").values()]
    expect(not {unit[0]["i"], late["i"]} & set(kept), "kept")
