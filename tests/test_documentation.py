"""What the documents promise exists, and what exists is in them."""

import re
from pathlib import Path

from server.app import ROUTES
from server.clock import DAY_MS, MINUTE_MS
from server.config import read_config
from server.customers.known import PREFIX_BYTES, SALT_BYTES
from server.customers.register import RECYCLED_MS
from server.exchange import contacts, retention, send
from server.exchange.entities import ENTITIES
from server.photos import tus, uploads
from server.photos.rules import OLDER_MS
from server.photos.sounds import MAX_RECORDING_BYTES
from server.pool.rules import DEFAULTS
from sync import AWAITED_MS, FRAME_BYTES, OWN_ENTRY_MS, SKEW_TOLERANCE_MS, wire

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


def test_the_specifications_numbers_are_the_codes() -> None:
    """A limit that moved on one side alone would part phones from the server."""
    text = " ".join((ROOT / "sync/README.md").read_text().split())
    numerals = {5: "five", 7: "seven"}
    sentences = [
        f"{wire.PUSH_BYTES >> 10} KiB as it travels",
        f"{wire.PUSH_INFLATED_BYTES >> 20} MiB inflated",
        f"1 to {wire.UNIT_OPERATIONS} operations a unit; ≤ {wire.PUSH_OPERATIONS:,} operations",
        f"≤ {wire.OPERATION_BYTES >> 10} KiB (else refused `too_large`)",
        f"nest at most {wire.FIELD_DEPTH} deep, `f` included",
        f"Nesting over {wire.ENVELOPE_DEPTH}",
        f"`i` or `x` of more than {wire.NAME_CHARACTERS} characters",
        f"The first {wire.HASH_BYTES} bytes of SHA-256",
        f"Frames end after about {FRAME_BYTES >> 10} KiB",
        f"|skew − last_skew| ≤ {SKEW_TOLERANCE_MS:,}",
        f"wrote at most {OWN_ENTRY_MS // DAY_MS * 24} hours ago",
        f"comes back, within {AWAITED_MS // DAY_MS} days",
        f"written − {contacts.IN_FLIGHT_MS // MINUTE_MS} minutes",
        f"more than {numerals[contacts.IN_FLIGHT_MS // MINUTE_MS]} minutes before this device's",
        f"takes more than {numerals[contacts.QUEUE_MS // DAY_MS]} days from the receipt",
        f"not in contact for {contacts.CARRIED_MS // DAY_MS} days",
        f"remembers of rows that left ({retention.KEPT_MS // DAY_MS} days)",
        f"ends within {max(send.STREAM_LIFE_S):.0f} seconds",
        f"silent for {RECYCLED_MS // DAY_MS} days",
        f"a salt of {SALT_BYTES} bytes",
        f"the {PREFIX_BYTES * 8}-bit prefixes, {PREFIX_BYTES} bytes each",
        f"has {tus.MAX_PHOTO_BYTES >> 20} MB at most, a recording {MAX_RECORDING_BYTES >> 20} MB",
        f"{uploads.MAX_OPEN_UPLOADS} uploads or {uploads.MAX_OPEN_BYTES >> 20} MB may be open",
        f"`exif_at` over {OLDER_MS // MINUTE_MS} minutes before",
        f"upload is kept for {numerals[uploads.EXPIRY_MS // DAY_MS]} days",
        f"`daily` {DEFAULTS.daily}, `cool_off_days` {DEFAULTS.cool_off_days},"
        f" `capacity` {DEFAULTS.capacity}",
    ]
    assert [sentence for sentence in sentences if sentence not in text] == []
