"""The whole exchange between phones and the judge, over a bad network, from seeds."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sync.simulation import Simulation


def play(seed: int, steps: int, devices: int = 6) -> Simulation:
    simulation = Simulation(seed, devices)
    try:
        simulation.run(steps)
        simulation.settle()
        simulation.check()
    except Exception as error:
        error.add_note(f"seed {seed}, step {simulation.steps} of {steps}, {devices} devices")
        raise
    return simulation


@pytest.mark.parametrize("seed", range(4))
def test_phones_converge_and_nothing_accepted_is_lost(seed: int) -> None:
    play(seed, 1_300)


def test_a_run_meets_everything_the_protocol_is_for() -> None:
    """So that a simulation which no longer exercises anything does not pass for a good one."""
    simulation = play(7, 1_300)
    organisation = simulation.organisation
    outcomes = Counter(type(outcome).__name__ for _, _, outcome in simulation.judged())
    assert outcomes["NoneType"] > 200
    assert outcomes["Merged"] > 10
    assert outcomes["Duplicate"] > 10
    assert outcomes["Refused"] > 10
    assert organisation.evictions
    assert {each.why for each in organisation.history} == {"concurrent", "displaced", "removed"}


def test_the_same_seed_gives_the_same_run() -> None:
    one, other = play(3, 300), play(3, 300)
    assert one.organisation.stored == other.organisation.stored


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_phones_converge_over_long_runs(seed: int) -> None:
    play(seed, 6_000, devices=3 + seed % 10)
