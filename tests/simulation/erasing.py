"""Customers ask to be erased, in the midst of everything else."""

from __future__ import annotations

from tests.simulation.world import Act, World


async def erase(world: World) -> None:
    """Whoever any phone knows: work on them is on its way from others."""
    phone, _ = world.pick()
    known = phone.of("customer")
    if known:
        id = world.random.choice(known)
        parted = await world.served(lambda: world.exchange.erase(id))
        world.counts["erasure"] += parted is not None
        world.parted |= set(parted or ())


ERASING: dict[Act, int] = {erase: 4}
