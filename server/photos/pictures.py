"""Pictures for people: only what we encoded ourselves, and only to those who see the fact."""

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from server.errors import NotFound
from server.ground import ground_of
from server.identity.actor import visible_to
from server.identity.sessions import signed_in
from server.photos.darkroom import Darkroom, darkroom_of
from server.photos.facts import Kind
from server.photos.marking import marked_of
from server.photos.queries import load_blob, load_thumb
from server.photos.settling import fact_row
from sync import Row

T = TypeVar("T")

SIZES, MARKED = ("thumb", "small", "full"), "marked"
KEPT_S = 3600
SAFE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; sandbox",
    # A shared phone changes its cookie with its user, and with it what its cache may answer.
    "cache-control": f"private, max-age={KEPT_S}",
    "vary": "cookie",
}


async def show_picture(request: Request) -> Response:
    """`thumb` (as the phone made it), `small` (480 px), `full` (1600 px) or `marked` (the full one
    with a strip of what the server vouches for), always JPEG.

    Raises NotFound alike for what does not exist, has not arrived and may not be seen.
    """
    org_id, photo = await seen_fact(request, "photo")
    room, size = darkroom_of(request), request.path_params["size"]
    if size == MARKED:
        jpeg, sha256 = await marked_of(room, ground_of(request).config.origin, org_id, photo)
        # What it says may change: whoever keeps it asks whether it still stands.
        return jpeg_answer(request, jpeg, f"{photo.id}-marked", sha256, "private, no-cache")
    if size not in SIZES:
        raise NotFound
    jpeg = await jpeg_of(room, org_id, photo, size)
    return jpeg_answer(request, jpeg, f"{photo.id}-{size}", photo.body["sha256"])


def jpeg_answer(
    request: Request, jpeg: bytes, name: str, sha256: str, kept: str = SAFE["cache-control"]
) -> Response:
    tag = f'"{name}-{sha256[:16]}"'
    told = {"etag": tag, "content-disposition": f'inline; filename="{name}.jpg"'}
    headers = {**SAFE, **told, "cache-control": kept}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(jpeg, headers=headers, media_type="image/jpeg")


async def seen_fact(request: Request, kind: Kind) -> tuple[str, Row]:
    """(org_id, row) of a photo or recording that the signed-in person may see."""
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        fact = await fact_row(connection, actor.org_id, request.path_params["id"], kind)
    if fact is None or not visible_to(actor, fact):
        raise NotFound
    return actor.org_id, fact


async def jpeg_of(room: Darkroom, org_id: str, photo: Row, size: str) -> bytes:
    async with room.database.read() as connection:
        if size == "thumb":
            return found(await load_thumb(connection, org_id, photo.id))
        blob = found(await load_blob(connection, org_id, photo.id, photo.body["sha256"]))
    return await room.blobs.get(org_id, found(blob.object_of(size)))


def found(value: T | None) -> T:
    if value is None:
        raise NotFound
    return value
