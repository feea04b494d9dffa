"""A browser to begin with that has fetched the app: its two hundred files cost three seconds of
processor time, and few tests are about them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Playwright

from tests.browser.browsers import Profile

_room = TemporaryDirectory(prefix="shopbell-browsers-")
_made: dict[tuple[str, bool], Path] = {}


def having_fetched(playwright: Playwright, origin: str, *, windowed: bool) -> Path:
    """A folder to copy; made once, by whichever build `origin` serves then."""
    if (origin, windowed) not in _made:
        folder = Path(_room.name) / str(len(_made))
        fetch(Profile(playwright, folder, origin, windowed=windowed))
        _made[origin, windowed] = folder
    return _made[origin, windowed]


def fetch(profile: Profile) -> None:
    """The app itself, and nothing that it wrote down."""
    page = profile.open()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("about:blank")
    left = {"origin": profile.origin, "storageTypes": "cookies,indexeddb,local_storage"}
    page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", left)
    profile.close()
    assert profile.faults == []
