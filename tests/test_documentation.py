"""What the documents promise exists, and what exists is in them."""

import re
from pathlib import Path

from server.app import ROUTES
from server.config import read_config
from server.exchange.entities import ENTITIES

ROOT = Path(__file__).parent.parent
LONGEST_README = 150


def test_every_route_is_documented() -> None:
    told = (ROOT / "docs/api.md").read_text()
    paths = [getattr(route, "path", "") for route in ROUTES]
    assert [path for path in paths if f"`{path}" not in told] == []


def test_every_setting_is_in_the_readme() -> None:
    told = (ROOT / "README.md").read_text()
    assert read_config.__module__ == "server.config"
    read = set(re.findall(r"SHOPBELL_[A-Z_]+", (ROOT / "server/config.py").read_text()))
    assert read
    assert {name for name in read if name not in told} == set()


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= LONGEST_README
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_target_of_the_readme_is_in_the_makefile() -> None:
    targets = re.findall(r"`make (\w+)`", (ROOT / "README.md").read_text())
    made = (ROOT / "Makefile").read_text()
    assert [target for target in targets if not re.search(rf"^{target}:", made, re.M)] == []


def test_the_specification_names_every_claim_and_the_doors_that_a_client_needs() -> None:
    text = (ROOT / "sync/README.md").read_text()
    listed = re.search(r"\*\*Claims\*\* \(([^)]*)\)", text)
    assert listed
    claims = {name for name, entity in ENTITIES.items() if entity.claim}
    assert set(re.split(r",\s+", listed[1])) == claims
    doors = ("/api/session", "/api/devices", "/sync/push", "/sync/pull", "/photos/uploads")
    assert [
        door for door in doors if f"`POST {door}`" not in text and f"`{door}`" not in text
    ] == []
