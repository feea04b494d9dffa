"""What tus 1.0.0 says, without doing any of it: headers in, values out."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import ClassVar, Protocol

from server.errors import BadRequest, Conflict, Problem, TooLarge, UnsupportedMedia
from server.photos.facts import Kind
from server.photos.sounds import MAX_RECORDING_BYTES

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"
MAX_PHOTO_BYTES = 12 * 1024 * 1024
MOST_BYTES: dict[Kind, int] = {"photo": MAX_PHOTO_BYTES, "recording": MAX_RECORDING_BYTES}
MAX_METADATA_CHARS = 1024
FACT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
METHODS = "OPTIONS, HEAD, POST, PATCH, DELETE"
OPTIONS = {
    "tus-version": VERSION,
    "tus-extension": EXTENSIONS,
    "tus-max-size": str(MAX_PHOTO_BYTES),
    "tus-checksum-algorithm": ",".join(ALGORITHMS),
}


class WrongVersion(Problem):
    status: ClassVar[int] = 412
    usual_code = "tus_version"

    @property
    def headers(self) -> dict[str, str]:
        return {"tus-version": VERSION}


class WrongMethod(Problem):
    status: ClassVar[int] = 405
    usual_code = "method_not_allowed"

    @property
    def headers(self) -> dict[str, str]:
        return {"allow": METHODS}


class Mismatch(Problem):
    """The bytes are not what a hash said: of this request (checksum) or of the whole photo."""

    status: ClassVar[int] = 460
    usual_code = "checksum_mismatch"


class Locked(Problem):
    status: ClassVar[int] = 423
    usual_code = "upload_busy"


class Hasher(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    """What the sender says this request's bytes hash to."""

    hasher: Hasher
    expected: bytes

    def matches(self) -> bool:
        return hmac.compare_digest(self.hasher.digest(), self.expected)


@dataclass(frozen=True)
class Creation:
    """A valid request for a new upload; `metadata` is the header as it came, to be echoed."""

    length: int
    photo_id: str
    sha256: str
    metadata: str
    kind: Kind


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise WrongVersion


def effective_method(method: str, headers: Mapping[str, str]) -> str:
    """Some networks let only GET and POST through; tus lets such a client say what it means."""
    override = headers.get("x-http-method-override", "").upper()
    return override if method == "POST" and override in ("PATCH", "DELETE", "HEAD") else method


def read_creation(headers: Mapping[str, str]) -> Creation:
    """Raises BadRequest, TooLarge."""
    if "upload-defer-length" in headers or "upload-concat" in headers:
        raise BadRequest("tus_extension")
    length = read_number(headers, "upload-length")
    text = headers.get("upload-metadata", "")
    values = read_metadata(text)
    kind: Kind = "recording" if "recording_id" in values else "photo"
    if length > MOST_BYTES[kind]:
        raise TooLarge(allowed=MOST_BYTES[kind])
    return Creation(
        length,
        checked(FACT_ID, values.get(f"{kind}_id", "").lower(), f"{kind}_id"),
        checked(SHA256, values.get("sha256", "").lower(), "sha256"),
        text,
        kind,
    )


def read_metadata(text: str) -> dict[str, str]:
    """`key base64,key base64`. The header is kept for HEAD, so only plain ASCII is let in."""
    if len(text) > MAX_METADATA_CHARS or not text.isascii() or not text.isprintable():
        raise BadRequest(field="upload-metadata")
    pairs = [entry.strip().partition(" ") for entry in text.split(",") if entry.strip()]
    try:
        return {key: base64.b64decode(value, validate=True).decode() for key, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise BadRequest(field="upload-metadata") from None


def checked(pattern: re.Pattern[str], value: str, field: str) -> str:
    if not pattern.fullmatch(value):
        raise BadRequest(field=field)
    return value


def read_number(headers: Mapping[str, str], name: str) -> int:
    value = headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise BadRequest(field=name)
    return int(value)


def check_content_type(headers: Mapping[str, str]) -> None:
    if headers.get("content-type", "").strip().lower() != CONTENT_TYPE:
        raise UnsupportedMedia


def check_offset(given: int, held: int) -> None:
    if given != held:
        raise Conflict("offset", offset=held)


def read_checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Raises BadRequest for an algorithm we did not offer, or an unreadable value."""
    if "upload-checksum" not in headers:
        return None
    algorithm, _, value = headers["upload-checksum"].partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest("checksum_algorithm", field="upload-checksum")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(field="upload-checksum") from None
    return Checksum(hashlib.new(algorithm, usedforsecurity=False), expected)


def http_date(at: int) -> str:
    """`at` in ms, as Upload-Expires wants it."""
    return formatdate(at / 1000, usegmt=True)
