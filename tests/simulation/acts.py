"""What can happen in one step, in a table with weights."""

from __future__ import annotations

from tests.cast import BINJIANG, RENMIN
from tests.simulation.desk import CONSENT
from tests.simulation.exchange import Standing
from tests.simulation.phone import Phone
from tests.simulation.restoring import back_up_server, put_back
from tests.simulation.world import DAY, HOUR, LONGEST_OUTBOX, PATIENCE, Act, World
from tests.simulation.writing import WRITINGS, draw

MOST_PHONES = 10
ROLES = {
    "bo": (Standing("rep", (RENMIN,), True), Standing("rep", (BINJIANG,), True)),
    "lin": (
        Standing("manager", (RENMIN,), False),
        Standing("manager", (RENMIN, BINJIANG), False),
        Standing("manager", (BINJIANG,), False),
    ),
    "chen": (Standing("rep", (RENMIN,), True), Standing("manager", (RENMIN,), True)),
    "wu": (Standing("rep", (BINJIANG,), True), Standing("rep", (RENMIN, BINJIANG), True)),
    "xia": (Standing("clerk", (RENMIN,), False), Standing("rep", (RENMIN,), True)),
}


async def write(world: World) -> None:
    phone, _ = world.pick()
    if len(phone.disk.outbox) < LONGEST_OUTBOX:
        unit = draw(world.desk, phone, WRITINGS)
        if unit is not None:
            world.write(phone, unit)


async def send(world: World) -> None:
    """One push at a time: after an answer, or when the phone has given up waiting for it. One in
    six is lost, one in six arrives twice, and what is late arrives out of order."""
    phone, hand = world.pick()
    if hand.sent is not None and world.steps - hand.sent < PATIENCE:
        return
    if world.is_online(phone) and (phone.disk.outbox or world.random.random() < 0.1):
        copies = world.random.choice((0, 1, 1, 1, 1, 2))
        most = world.random.choice((1, 4, 12))
        world.send(
            phone, phone.make_push(world.now, most), copies, world.random.choice((0, 0, 3, 60))
        )


async def send_too_early(world: World) -> None:
    """A client that begins with the second unit: the server must ask for the first."""
    phone, hand = world.pick()
    if hand.sent is None and world.is_online(phone) and len(phone.disk.outbox) > 1:
        body = phone.envelope(phone.disk.outbox[1:3], world.now)
        world.send(phone, body, 1, 0)
        hand.sent = None


async def listen(world: World) -> None:
    phone, hand = world.pick()
    if not world.is_online(phone):
        return
    for _ in range(world.random.randint(1, 4)):
        if not await world.listen(phone):
            return
    if world.random.random() < 0.15:
        await world.cut(hand)


# At the server


async def tick(world: World) -> None:
    world.counts["deadlines"] += await world.served(world.exchange.tick)


async def find_alikes(world: World) -> None:
    await world.served(world.exchange.find_alikes)


async def scan(world: World) -> None:
    """A stranger scans the poster; the same form may be sent twice."""
    fields = {
        "store_id": world.random.choice((RENMIN, RENMIN, BINJIANG)),
        "source": "poster",
        "name": world.desk.word(),
        "salutation": "",
        "phone": world.desk.number(),
        "need": world.desk.word(),
        "position": "",
        "reception": "none",
        "consents": [{**CONSENT, "how": "own_phone"}],
    }
    id = world.desk.id()
    await world.served(lambda: world.exchange.register(id, fields))


async def crash_at_commit(world: World) -> None:
    """The process ends with its next transaction, on either side of the commit."""
    world.exchange.database.doom = world.random.choice(("before", "after"))


async def crash_at_frame(world: World) -> None:
    """The process ends between two frames of a pull."""
    if any(hand.stream is not None for hand in world.hands.values()):
        world.counts["crash at a frame"] += 1
        await world.revive()


async def change_rights(world: World) -> None:
    person = world.random.choice(list(ROLES))
    await set_standing(world, person, world.random.choice(ROLES[person]))


async def leave_or_return(world: World) -> None:
    person = world.random.choice(list(ROLES))
    state = world.random.choice(("active", "active", "leave"))
    await set_standing(world, person, world.standings[person]._replace(state=state))


async def set_standing(world: World, person: str, standing: Standing) -> None:
    await world.served(lambda: world.exchange.change_standing(person, standing))
    world.standings[person] = standing
    world.tell_desk()
    world.counts["change of rights"] += 1


async def revoke(world: World) -> None:
    phone, _ = world.pick()
    device = phone.disk.device
    why = world.random.choice(("lost", "replaced", "compromised"))
    if await world.served(lambda: world.exchange.revoke(device, why)):
        world.counts[f"revoked as {why}"] += 1


# At the phones


async def lose_network(world: World) -> None:
    phone, hand = world.pick()
    hand.offline_until = world.steps + world.random.choice((10, 50, 200, 600))
    hand.sent = None
    hand.attempt += 1
    await world.cut(hand)


async def set_clock(world: World) -> None:
    phone, _ = world.pick()
    phone.skew += world.random.choice((-DAY, -HOUR, 7_000, HOUR, DAY))


async def restart_phone(world: World) -> None:
    phone, _ = world.pick()
    await world.forget(phone)


async def lose_cache(world: World) -> None:
    phone, _ = world.pick()
    await world.forget(phone)
    phone.disk.rows, phone.disk.cursor, phone.disk.digest = {}, None, {}
    phone.disk.is_spoiled = False


async def spoil_cache(world: World) -> None:
    """A row is lost or stale, and nobody noticed: digests must."""
    phone, _ = world.pick()
    if not phone.disk.rows:
        return
    id = world.random.choice(list(phone.disk.rows))
    if world.random.random() < 0.5:
        del phone.disk.rows[id]
    else:
        held = phone.disk.rows[id]
        phone.disk.rows[id] = held._replace(version=held.version - 1)
    phone.disk.is_spoiled = True
    world.counts["spoiled cache"] += 1


async def back_up(world: World) -> None:
    phone, hand = world.pick()
    hand.backup = phone.disk.copy()


async def restore_backup(world: World) -> None:
    """Outbox and cache come back as they were; what was written since is gone."""
    phone, hand = world.pick()
    if hand.backup is None:
        return
    world.note_lost(phone.work)
    phone.disk = hand.backup.copy()
    phone.needs_identity = False
    await world.forget(phone)
    world.counts["restored backup"] += 1


async def copy_phone(world: World) -> None:
    """Two phones with one identity, both in use."""
    if len(world.phones) >= MOST_PHONES:
        phone = world.phones.pop(world.random.randrange(len(world.phones)))
        await world.forget(phone)
        world.note_lost(phone.work)
        del world.hands[phone]
    phone, _ = world.pick()
    copy = Phone(phone.person, phone.disk.copy(), phone.skew)
    world.keep(copy)
    world.counts["copied phone"] += 1


ACTS: dict[Act, int] = {
    write: 400,
    send: 160,
    send_too_early: 3,
    listen: 210,
    tick: 40,
    scan: 6,
    find_alikes: 3,
    crash_at_commit: 12,
    crash_at_frame: 3,
    change_rights: 4,
    leave_or_return: 2,
    revoke: 1,
    back_up_server: 3,
    put_back: 1,
    lose_network: 12,
    set_clock: 4,
    restart_phone: 6,
    lose_cache: 1,
    spoil_cache: 3,
    back_up: 8,
    restore_backup: 3,
    copy_phone: 1,
}
