"""What Lighthouse says of the three pages that people see first.

It is installed when it is first asked for, into a folder of its own: nothing else needs it.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.figures import Figure
from tests.bench.phone import stage
from tests.browser import budgets
from tests.browser.browsers import ARGS, CHROMIUM
from tests.browser.company import BO
from tests.browser.history import Work, record_work
from tests.browser.people import poster_link
from tests.browser.stage import free_port
from tests.browser.theatre import Theatre

FOLDER = Path(__file__).parent / "lighthouse"
PATIENCE_S = 300
LEAST = {
    "performance": budgets.PERFORMANCE,
    "accessibility": budgets.ACCESSIBILITY,
    "best-practices": budgets.BEST_PRACTICES,
}
A_MONTH = Work(customers=200, contacts=100)


def run() -> list[Figure]:
    """Nothing where Lighthouse cannot be had."""
    if not install():
        print("Lighthouse could not be installed and is left out.", file=sys.stderr)
        return []
    with stage() as theatre:
        record_work(theatre.stage, A_MONTH)
        origin = theatre.stage.origin
        seen = {
            "sign_in": look(theatre, f"{origin}/"),
            "today": look(theatre, f"{origin}/", theatre.stage.door_of(BO)),
            "customer": look(theatre, poster_link(theatre.stage)),
        }
    return [figure for page, said in seen.items() for figure in figures(page, said)]


def install() -> bool:
    if (FOLDER / "node_modules" / "lighthouse").is_dir():
        return True
    try:
        return subprocess.run(("npm", "ci", "--silent"), cwd=FOLDER).returncode == 0
    except FileNotFoundError:
        return False


def look(theatre: Theatre, address: str, door: str | None = None) -> dict[str, Any]:
    """By whoever came through the `door`, or by a stranger; with nothing fetched before."""
    with listening(theatre, door) as port:
        command = ("node", "look.mjs", str(port), address)
        told = subprocess.run(
            command, cwd=FOLDER, check=True, stdout=subprocess.PIPE, timeout=PATIENCE_S
        )
    said: dict[str, Any] = msgspec.json.decode(told.stdout)
    return said


@contextmanager
def listening(theatre: Theatre, door: str | None) -> Iterator[int]:
    """A browser on a port of its own."""
    port = free_port()
    context = theatre.playwright.chromium.launch_persistent_context(
        theatre.folder / f"lighthouse-{port}",
        executable_path=CHROMIUM,
        args=[*ARGS, f"--remote-debugging-port={port}"],
        locale="zh-CN",
    )
    try:
        if door:
            page = context.pages[0]
            page.goto(door)
            page.get_by_role("button", name="我的手机").click()
            page.locator('a[href="/sync"][aria-label^="已全部同步"]').wait_for()
        yield port
    finally:
        context.close()


def figures(page: str, said: dict[str, Any]) -> list[Figure]:
    scores = [
        Figure(
            f"lighthouse.{page}.{category}",
            said["scores"][category],
            "of 100",
            detail={"at_least": least, "short": said["short"][category]},
        )
        for category, least in LEAST.items()
    ]
    return [
        *scores,
        Figure(f"lighthouse.{page}.lcp", said["lcp"], "ms", budgets.LARGEST_PAINT_MS),
        Figure(f"lighthouse.{page}.tbt", said["tbt"], "ms", budgets.BLOCKED_MS),
        Figure(f"lighthouse.{page}.cls", said["cls"], "shift", budgets.SHIFT),
    ]
