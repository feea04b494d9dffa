"""What the slice knows of uploads and of what became of their bytes. Plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Upload:
    """One upload as the database has it. `state`: open, stored, refused. Times in ms."""

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

    def object_of(self, size: str) -> str | None:
        return self.full_sha256 if size == "full" else self.small_sha256


@dataclass(frozen=True)
class OpenUploads:
    count: int
    length: int
