"""The server is put back to an older database, as `python -m server.cli restored` does it."""

from __future__ import annotations

from collections import Counter

from tests.simulation.checks import read_database, read_tables
from tests.simulation.phone import Phone, Unit
from tests.simulation.work import hashes_of
from tests.simulation.world import World

EPOCHS = 1_000_000


async def back_up_server(world: World) -> None:
    world.exchange.back_up()
    world.former_standings = dict(world.standings)


async def put_back(world: World) -> None:
    """Connections end with the server that is replaced. What no phone holds of the rest is lost."""
    if not world.former_standings:
        return
    world.requests.clear()
    await world.revive()
    world.exchange.put_back()
    epoch = f"life {world.random.randrange(EPOCHS)}"
    await world.served(lambda: world.exchange.begin_anew(epoch))
    world.standings = dict(world.former_standings)
    world.tell_desk()
    await note_what_is_lost(world)
    world.counts["put back"] += 1


async def note_what_is_lost(world: World) -> None:
    """What is not in the log may be judged anew, and otherwise."""
    log = read_database(await read_tables(world)).log
    known = {(each.device, each.n): each.outcome for each in log}
    for key in world.outcomes.keys() - known.keys():
        world.former[key].append(world.outcomes[key])
    world.outcomes = known
    names = Counter(name for phone in world.phones for name in names_of(world, phone))
    world.doubtful |= {device for device, count in names.items() if count > 1}
    held = {hash for phone in world.phones for hash in hashes_of(held_by(world, phone))}
    kept = held.union(each.hash for each in log)
    world.lost |= {hash for _, _, hash in world.written if hash not in kept}


def held_by(world: World, phone: Phone) -> list[Unit]:
    """What must come again; of what two sent under one name the other may not learn that it is
    gone."""
    return phone.disk.outbox if phone.disk.device in world.doubtful else phone.work


def names_of(world: World, phone: Phone) -> set[str]:
    """The device's, and the one it may go by again."""
    backup = world.hands[phone].backup
    return {phone.disk.device, backup.device if backup else phone.disk.device}
