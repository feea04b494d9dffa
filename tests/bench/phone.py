"""What a person on a cheap phone fetches and waits for, against the budgets.

Real Chromium and the real server; the app must have been built. `sync` is over 1.6 Mbit/s with
the processor four times slower, `launch` without a network and six times slower.
"""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench.figures import Figure
from tests.browser import budgets, history, weights
from tests.browser.browsers import ARGS, CHROMIUM
from tests.browser.first_scan import FrontDesk
from tests.browser.launch import YEARS, enrol, launch_once, tap_around
from tests.browser.people import poster_link
from tests.browser.speed import wait_once
from tests.browser.stage import found_company
from tests.browser.taking import open_customer, take_once
from tests.browser.theatre import Theatre, opened

ROWS = 5_000


def weigh() -> list[Figure]:
    """Bytes as the server sends them."""
    pieces = weights.later_pieces()
    heaviest = max(pieces, key=lambda name: pieces[name])
    raw = {"stored_bytes": weights.precache_on_disk()}
    return [
        bytes_of("weight.scripts", weights.scripts_before_a_tap(), budgets.SCRIPTS_BYTES),
        bytes_of("weight.markup", weights.markup(), budgets.MARKUP_BYTES),
        bytes_of("weight.route", pieces[heaviest], budgets.A_LATER_PIECE_BYTES, name=heaviest),
        bytes_of("weight.precache", weights.precache(), budgets.PRECACHE_BYTES, **raw),
    ]


def open_customers_page() -> list[Figure]:
    """Behind the code on the poster, in a browser without scripts."""
    with stage() as theatre, browser_in(theatre) as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        sizes: list[int] = []
        page.on("requestfinished", lambda one: sizes.append(one.sizes()["responseBodySize"]))
        page.goto(poster_link(theatre.stage), wait_until="networkidle")
    return [
        bytes_of("customer.page", sum(sizes), budgets.CUSTOMERS_PAGE_BYTES),
        Figure("customer.requests", len(sizes), "requests", budgets.CUSTOMERS_PAGE_REQUESTS),
    ]


def sync(repeats: int) -> list[Figure]:
    """A rep with 5,000 rows on new phones, and a hundred remarks made without a network."""
    with stage() as theatre:
        history.record(theatre.stage, ROWS)
        waited = [asdict(wait_once(theatre, f"phone-{nth}")) for nth in range(repeats)]
    most = asdict(budgets.SYNC)
    return [
        ms_of(f"phone.{name}", [one[name] for one in waited], most[name], rows=ROWS)
        for name in most
    ]


def launch(repeats: int) -> list[Figure]:
    """A rep with 5,000 customers on the phone, and no network."""
    with stage() as theatre:
        rep = enrol(theatre)
        launched = [launch_once(theatre, rep) for _ in range(repeats)]
        tapped = [tap_around(theatre, rep) for _ in range(repeats)]
    customers = {"customers": YEARS.customers}
    slowest = [percentile(one.taps, 95) for one in tapped]
    heap = max(one.heap for one in launched)
    return [
        ms_of("launch.title", [one.title for one in launched], **customers),
        ms_of("launch.list", [one.content for one in launched], budgets.LAUNCH_MS, **customers),
        ms_of("launch.worked", [one.worked for one in launched], **customers),
        bytes_of("launch.heap", round(heap), budgets.HEAP_BYTES, **customers),
        ms_of("taps.p95", slowest, budgets.TAP_MS, taps=len(tapped[0].taps), **customers),
        ms_of("taps.save", [one.save for one in tapped], budgets.SAVE_MS),
    ]


def photo(repeats: int) -> list[Figure]:
    """A photo of twelve megapixels from the album."""
    with stage() as theatre:
        rep = open_customer(theatre)
        taken = [take_once(theatre, rep) for _ in range(repeats)]
    return [
        ms_of("photo.ready", [one.ready for one in taken], budgets.PHOTO_READY_MS, megapixels=12),
        ms_of("photo.wall", [one.wall for one in taken], megapixels=12),
    ]


def browser_in(theatre: Theatre) -> Browser:
    return theatre.playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS])


def scan(repeats: int) -> list[Figure]:
    """A pass before the camera, at this machine's own speed: phones have a camera in hardware."""
    with stage() as theatre:
        desk = FrontDesk(theatre, "front-desk")
        seen = [desk.glance() for _ in range(repeats)]
        desk.clerk.profile.close()
    film = "a film at 1280 by 960"
    return [
        ms_of("phone.first_scan", [one.found for one in seen], camera=film),
        ms_of("phone.camera", [one.camera for one in seen], camera=film),
    ]


@contextmanager
def stage() -> Iterator[Theatre]:
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        opened(playwright, Path(folder), found_company) as theatre,
    ):
        yield theatre


def bytes_of(metric: str, value: int, most: int, **detail: object) -> Figure:
    return Figure(metric, value, "B", most, detail)


def ms_of(
    metric: str, values: Sequence[float], most: float | None = None, **detail: object
) -> Figure:
    each = {"values": [round(value) for value in values], **detail}
    return Figure(metric, statistics.median(values), "ms", most, each)


def percentile(values: Sequence[float], of_100: int) -> float:
    """The nearest rank."""
    return sorted(values)[-(-len(values) * of_100 // 100) - 1]
