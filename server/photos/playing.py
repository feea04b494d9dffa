"""Recordings for people: to whoever sees the fact, whole or in parts.

Safari plays nothing from a server that does not send parts of it.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from server.errors import Problem
from server.photos.darkroom import Darkroom, darkroom_of
from server.photos.pictures import SAFE, found, seen_fact
from server.photos.queries import load_tape
from sync import Row

ENDINGS = {"audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a"}
ONE_PART = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class NoSuchPart(Problem):
    status = 416
    usual_code = "no_such_part"

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    @property
    def headers(self) -> dict[str, str]:
        return {"content-range": f"bytes */{self.size}"}


async def play_recording(request: Request) -> Response:
    """As the container was when it was kept. A page never shows it: it is named an attachment.

    Raises NotFound alike for what does not exist, has not arrived and may not be heard.
    """
    org_id, recording = await seen_fact(request, "recording")
    data, media_type = await sound_of(darkroom_of(request), org_id, recording)
    tag = f'"{recording.id}-{recording.body["sha256"][:16]}"'
    headers = {
        **SAFE,
        "etag": tag,
        "accept-ranges": "bytes",
        "content-type": media_type,
        "content-disposition": f'attachment; filename="{recording.id}.{ENDINGS[media_type]}"',
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    part = part_of(request, tag, len(data))
    if part is None:
        return Response(data, headers=headers)
    headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
    return Response(data[part.start : part.stop], status_code=206, headers=headers)


async def sound_of(room: Darkroom, org_id: str, recording: Row) -> tuple[bytes, str]:
    async with room.database.read() as connection:
        found_tape = await load_tape(connection, org_id, recording.id, recording.body["sha256"])
    tape = found(found_tape)
    return await room.blobs.get(org_id, found(tape.kept_sha256)), found(tape.media_type)


def part_of(request: Request, tag: str, size: int) -> range | None:
    """The bytes asked for; None for all. Who asks for several parts gets all, as it may.

    Raises NoSuchPart.
    """
    asked = ONE_PART.fullmatch(request.headers.get("range", "").strip())
    if asked is None or asked[0] == "bytes=-" or request.headers.get("if-range", tag) != tag:
        return None
    first, last = asked.groups()
    if not first:
        part = range(max(0, size - int(last)), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise NoSuchPart(size)
    return part
