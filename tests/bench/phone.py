"""`python -m tests.bench.phone [--rows N] [--repeats N]`: one JSON line a metric.

What a rep waits for on a weak phone: Chromium with the processor four times slower, over
1.6 Mbit/s, against the real server. And a clerk, until a pass before the camera is found. Needs the
app to be built.
"""

import argparse
import asyncio
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

import msgspec

from tests.browser import history
from tests.browser.first_scan import FrontDesk
from tests.browser.speed import wait_once
from tests.browser.stage import Stage, found_company
from tests.browser.theatre import Theatre, opened


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.phone")
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), found) as theatre:
        say(glances(theatre, wish.repeats), {"camera": "a film at 1280 by 960"})
        history.record(theatre.stage, wish.rows)
        waited = [asdict(wait_once(theatre, f"phone-{nth}")) for nth in range(wish.repeats)]
        say(waited, {"rows": wish.rows})


def found(stage: Stage) -> None:
    asyncio.run(found_company(stage))


def glances(theatre: Theatre, repeats: int) -> list[dict[str, float]]:
    """A pass before the camera, at this machine's own speed: phones have a camera in hardware."""
    desk = FrontDesk(theatre, "front-desk")
    seen = [desk.glance() for _ in range(repeats)]
    desk.clerk.profile.close()
    return [{"first_scan": each.found, "camera": each.camera} for each in seen]


def say(measured: list[dict[str, float]], detail: dict[str, object]) -> None:
    for metric in measured[0]:
        values = [round(each[metric]) for each in measured]
        line = {
            "metric": f"phone.{metric}",
            "value": statistics.median(values),
            "unit": "ms",
            "detail": {"values": values, **detail},
        }
        print(msgspec.json.encode(line).decode(), flush=True)


if __name__ == "__main__":
    main()
