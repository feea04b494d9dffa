"""Photos and recordings as synced facts: what a phone writes, and what only the server does."""

from typing import Annotated, Literal

import msgspec

from server.photos.rules import await_bytes, belongs, effects, prepare
from server.photos.sounds import MAX_RECORDING_BYTES, MAX_RECORDING_MS
from server.photos.tus import MAX_PHOTO_BYTES
from sync import Entity, Row, desk_scope, scopes_of, staff_scope

MAX_EDGE_PX = 20_000
MAX_TIME_MS = 1 << 43  # the year 2248
MAX_LAG_S = 30 * 24 * 3600
MAX_THUMB_CHARS = 11_000  # 8 KB in base64

Edge = Annotated[int, msgspec.Meta(ge=1, le=MAX_EDGE_PX)]


class Photo(msgspec.Struct, forbid_unknown_fields=True):
    """A photo as its author describes it; `sha256` in hex and `bytes` are of the file to come.

    `prompt_id`: what a follow-up's template had asked to see. How it came about is what the phone
    read before it drew the picture anew, which leaves nothing of it: `taken` by the camera at that
    moment or from the gallery, the hash of the file as it was, and the time its EXIF names.
    `lag_s`: how long before it was told of the phone got it, in a draft that may wait for hours.
    """

    subject_id: Annotated[str, msgspec.Meta(min_length=36, max_length=36)]
    kind: Literal["customer", "follow_up", "visit", "arrival"]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_PHOTO_BYTES)]
    width: Edge
    height: Edge
    customer_id: Annotated[str, msgspec.Meta(max_length=36)] | None = None
    thumb: Annotated[str, msgspec.Meta(max_length=MAX_THUMB_CHARS)] | None = None
    prompt_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    taken: Literal["camera", "gallery"] | None = None
    original_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None
    exif_at: Annotated[int, msgspec.Meta(ge=0, le=MAX_TIME_MS)] | None = None
    lag_s: Annotated[int, msgspec.Meta(ge=0, le=MAX_LAG_S)] | None = None
    shows: Literal["storefront", "display", "product", "site", "document", "other"] | None = None


class Recording(msgspec.Struct, forbid_unknown_fields=True):
    """What was said into the phone about a contact; the rest is as with a photo."""

    subject_id: Annotated[str, msgspec.Meta(min_length=36, max_length=36)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_RECORDING_BYTES)]
    duration_ms: Annotated[int, msgspec.Meta(ge=1, le=MAX_RECORDING_MS)]
    customer_id: Annotated[str, msgspec.Meta(max_length=36)] | None = None


def place(row: Row, root: Row) -> tuple[str, ...]:
    """With the customer's tree. One of a visit to a store goes where that visit goes: the store's
    own row is everybody's."""
    if root.entity == "store":
        return scopes_of(staff_scope(row.author or ""), desk_scope(root.id))
    return root.scopes


photo = Entity(
    name="photo",
    kind="fact",
    shape=Photo,
    policies=dict.fromkeys(("state", "reason", "flags", "code"), "server"),
    parent=("customer_id", "subject_id"),
    under=frozenset({"customer", "store"}),
    references=("subject_id",),
    prepare=prepare,
    effects=effects,
    place=place,
    correctable=frozenset(),
)

recording = Entity(
    name="recording",
    kind="fact",
    shape=Recording,
    policies={"state": "server", "reason": "server"},
    parent=("customer_id", "subject_id"),
    under=frozenset({"customer"}),
    references=("subject_id",),
    prepare=belongs,
    effects=await_bytes,
    correctable=frozenset(),
)

entities = [photo, recording]
