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
from server.photos.queries import load_blob, load_thumb
from server.photos.settling import fact_row
from sync import Row

T = TypeVar("T")

SIZES = ("thumb", "small", "full")
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
    """`thumb` (as the phone made it), `small` (480 px) or `full` (1600 px), always JPEG.

    Raises NotFound alike for what does not exist, has not arrived and may not be seen.
    """
    org_id, photo = await seen_fact(request, "photo")
    size = request.path_params["size"]
    tag = f'"{photo.id}-{photo.body["sha256"][:16]}-{size}"'
    if size not in SIZES:
        raise NotFound
    jpeg = await jpeg_of(darkroom_of(request), org_id, photo, size)
    headers = {
        **SAFE,
        "etag": tag,
        "content-disposition": f'inline; filename="{photo.id}-{size}.jpg"',
    }
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
