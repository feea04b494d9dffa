"""What the slice knows of uploads and of what became of their bytes. Plain values."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["photo", "recording"]
"""Of the fact whose bytes these are: the name of its entity."""


@dataclass(frozen=True)
class Upload:
    """One upload as the database has it. `state`: open, stored, refused. Times in ms.

    `photo_id` is the id of the fact, of whichever `kind` that is.
    """

    org_id: str
    id: str
    photo_id: str
    device_id: str
    staff_id: str | None
    length: int
    offset: int
    sha256: str
    metadata: str
    state: str
    reason: str | None
    created_at: int
    expires_at: int
    kind: Kind

    @property
    def is_full(self) -> bool:
        return self.offset == self.length


@dataclass(frozen=True)
class Blob:
    """What the bytes with this claimed hash turned out to be; `reason` says why no picture."""

    org_id: str
    photo_id: str
    sha256: str
    full_sha256: str | None
    small_sha256: str | None
    width: int | None
    height: int | None
    bytes: int
    reason: str | None
    stored_at: int
    look: str | None = None

    def object_of(self, size: str) -> str | None:
        return self.full_sha256 if size == "full" else self.small_sha256


@dataclass(frozen=True)
class Tape:
    """As `Blob`, of a recording."""

    org_id: str
    recording_id: str
    sha256: str
    kept_sha256: str | None
    media_type: str | None
    duration_ms: int | None
    bytes: int
    reason: str | None
    stored_at: int


@dataclass(frozen=True)
class Drawn:
    """A marked picture that is kept; `said` is a hash of all that it shows."""

    org_id: str
    photo_id: str
    said: str
    marked_sha256: str


@dataclass(frozen=True)
class OpenUploads:
    count: int
    length: int
