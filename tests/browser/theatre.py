"""The server, the link to it, what it holds, and a browser for whoever wants one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.browsers import SIZE, Profile, Scheme
from tests.browser.fetched import having_fetched
from tests.browser.proxy import Proxy
from tests.browser.records import Records
from tests.browser.stage import Stage, staged


@dataclass
class Theatre:
    stage: Stage
    proxy: Proxy
    records: Records
    playwright: Playwright
    folder: Path
    profiles: list[Profile]

    def profile(
        self,
        name: str,
        *,
        locale: str = "zh-CN",
        scheme: Scheme = "light",
        camera: bool = False,
        microphone: bool = False,
        width: int = SIZE[0],
        worker: bool = True,
        windowed: bool = False,
        fetched: bool = True,
    ) -> Profile:
        """With a worker it has `fetched` the app before, unless a test is about that."""
        film = self.folder / f"{name}.mjpeg" if camera else None
        origin, folder = self.stage.origin, self.folder / "profiles" / name
        if worker and fetched:
            shutil.copytree(having_fetched(self.playwright, origin, windowed=windowed), folder)
        made = Profile(
            self.playwright,
            folder,
            origin,
            locale=locale,
            scheme=scheme,
            camera=film,
            microphone=microphone,
            width=width,
            worker=worker,
            windowed=windowed,
        )
        self.profiles.append(made)
        return made

    def faults(self) -> list[str]:
        return [fault for profile in self.profiles for fault in profile.faults]

    def close(self) -> None:
        """What each browser showed last stays in the folder, for whoever wonders why it failed."""
        for profile in self.profiles:
            profile.picture(self.folder / f"{profile.folder.name}.png")
            profile.close()


@contextmanager
def opened(
    playwright: Playwright,
    folder: Path,
    prepare: Callable[[Stage], None] = lambda _: None,
    *,
    sample: bool = False,
) -> Iterator[Theatre]:
    """`prepare` fills the database before the server starts; or it fills it with the `sample`."""
    with staged(folder) as (stage, proxy):
        prepare(stage)
        stage.start(sample=sample)
        records = Records(stage.config.data)
        theatre = Theatre(stage, proxy, records, playwright, folder, [])
        try:
            yield theatre
        finally:
            theatre.close()
