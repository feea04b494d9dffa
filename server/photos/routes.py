"""tus at /photos/uploads, for devices; with what is shown and played, all of the slice's HTTP."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from server.errors import NotFound, Problem, render
from server.ground import ground_of
from server.identity.devices import device_of
from server.photos import tus, uploads
from server.photos.alike import list_alike
from server.photos.darkroom import darkroom_of
from server.photos.facts import Upload
from server.photos.pictures import show_picture
from server.photos.playing import play_recording
from server.photos.uploads import Sender

PREFIX = "/photos/uploads"


class TusDoor:
    """Every method of both upload URLs: tus decides the method itself (X-HTTP-Method-Override),
    and marks each answer, refusals included, with its version."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await answer(request)
        except Problem as problem:
            response = render(problem, scope)
        response.headers["tus-resumable"] = tus.VERSION
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)


async def answer(request: Request) -> Response:
    method = tus.effective_method(request.method, request.headers)
    if method == "OPTIONS":
        return Response(status_code=204, headers=tus.OPTIONS)
    tus.check_version(request.headers)
    name = request.path_params.get("name")
    act = (ON_ONE if name is not None else ON_ALL).get(method)
    if act is None:
        raise tus.WrongMethod
    return await act(request, await sender_of(request))


async def create(request: Request, sender: Sender) -> Response:
    """With a body (creation-with-upload) the answer says how much of it was kept."""
    asked = tus.read_creation(request.headers)
    sum = tus.read_checksum(request.headers)
    if has_body := carries_body(request):
        tus.check_content_type(request.headers)
    room = darkroom_of(request)
    upload = await uploads.create(room, sender, asked)
    if has_body or upload.is_full:
        upload = await uploads.append(room, sender, upload.id, 0, request.stream(), sum)
    place = f"{PREFIX}/{sender.org_code}.{upload.id}"
    return Response(status_code=201, headers={"location": place, **progress(upload)})


def carries_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


async def look(request: Request, sender: Sender) -> Response:
    upload = await uploads.look(darkroom_of(request), sender, upload_id(request, sender))
    headers = {
        "upload-length": str(upload.length),
        "upload-metadata": upload.metadata,
    }
    return Response(status_code=200, headers={**headers, **progress(upload)})


async def append(request: Request, sender: Sender) -> Response:
    tus.check_content_type(request.headers)
    offset = tus.read_number(request.headers, "upload-offset")
    sum = tus.read_checksum(request.headers)
    one = upload_id(request, sender)
    body = request.stream()
    upload = await uploads.append(darkroom_of(request), sender, one, offset, body, sum)
    return Response(status_code=204, headers=progress(upload))


async def terminate(request: Request, sender: Sender) -> Response:
    await uploads.terminate(darkroom_of(request), sender, upload_id(request, sender))
    return Response(status_code=204)


Act = Callable[[Request, Sender], Awaitable[Response]]
ON_ALL: dict[str, Act] = {"POST": create}
ON_ONE: dict[str, Act] = {"HEAD": look, "PATCH": append, "DELETE": terminate}


def progress(upload: Upload) -> dict[str, str]:
    expires = tus.http_date(upload.expires_at)
    return {"upload-offset": str(upload.offset), "upload-expires": expires}


async def sender_of(request: Request) -> Sender:
    """Raises Unauthenticated, and Forbidden for a revoked device."""
    ground = ground_of(request)
    given = request.headers.get("authorization")
    async with ground.database.read(snapshot=False) as connection:
        device = await device_of(connection, ground.config.keys, given, ground.clock())
    return Sender(device.org_id, device.org_code, device.device_id, device.staff_id)


def upload_id(request: Request, sender: Sender) -> str:
    """From "{organisation's code}.{id}". Raises NotFound for another organisation's."""
    org_code, _, one = request.path_params["name"].rpartition(".")
    if org_code != sender.org_code:
        raise NotFound
    return str(one)


routes = [
    Route(PREFIX, TusDoor()),
    Route(PREFIX + "/{name}", TusDoor()),
    Route("/photos/{id}/alike", list_alike),
    Route("/photos/{id}/{size}", show_picture),
    Route("/recordings/{id}", play_recording),
]
