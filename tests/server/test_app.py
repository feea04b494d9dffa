"""What every request passes: ids, logs, headers, origins, limits, the app's own files."""

import gzip
import json
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server import VERSION
from server.config import read_config
from server.db.migrate import newest
from server.front.journal import Journal, JsonLines
from server.front.limits import BodyLimits
from server.front.metrics import Metrics
from server.front.pwa import Pwa, Shelf

SECRET = "secret-in-the-path"


async def test_a_running_server_is_alive_ready_and_says_what_it_is(
    stranger: httpx.AsyncClient,
) -> None:
    assert (await stranger.get("/livez")).text == "ok"
    assert (await stranger.get("/readyz")).text == "ready"
    assert (await stranger.get("/version")).json() == {"version": VERSION, "migration": newest()}


async def test_a_stopping_server_is_alive_and_no_longer_ready(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    app.state.stopping.set()
    assert (await stranger.get("/livez")).status_code == 200
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_requests_are_counted_by_route(stranger: httpx.AsyncClient) -> None:
    await stranger.get("/livez")
    metrics = (await stranger.get("/metrics")).text
    assert 'shopbell_requests_total{method="GET",route="/livez",status="200"} 1.0' in metrics


async def test_what_does_not_exist_is_answered_in_our_words(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/api/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, {"code": "not_found"})
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_pages_may_run_our_scripts_and_nothing_else(stranger: httpx.AsyncClient) -> None:
    headers = (await stranger.get("/livez")).headers
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'"} <= set(policy)
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "camera=(self)" in headers["permissions-policy"]


FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "https://evil.example"},
    {},
]


@pytest.mark.one_database
@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_site_changes_nothing_with_our_cookie(
    bo: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del bo.headers["sec-fetch-site"]
    answer = await bo.delete("/api/session", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin")
    assert (await bo.get("/api/session")).status_code == 200


async def test_an_old_browser_is_known_by_its_origin(bo: httpx.AsyncClient) -> None:
    del bo.headers["sec-fetch-site"]
    answer = await bo.delete("/api/session", headers={"origin": "http://127.0.0.1:8000"})
    assert answer.status_code == 204


async def test_a_body_over_the_limit_is_refused_whether_declared_or_not(
    stranger: httpx.AsyncClient,
) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 64 * 1024

    headers = {"content-type": "application/json"}
    for content in (b" " * 2_000_000, trickle()):
        answer = await stranger.post("/api/session", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


async def test_only_json_is_read_as_json(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/api/session", data={"login": "bo", "password": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported")


async def explode(request: Request) -> Response:
    raise RuntimeError("the database password is hunter2")


async def hello(request: Request) -> Response:
    return JSONResponse({"token": request.path_params["token"]})


def small_app(*routes: Route) -> httpx.AsyncClient:
    layers = [Middleware(Journal, observe=Metrics().observe), Middleware(BodyLimits)]
    app = Starlette(routes=list(routes), middleware=layers)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_the_unexpected_is_logged_with_its_request_and_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with small_app(Route("/explode", explode)) as client:
        answer = await client.get("/explode")
    assert (answer.status_code, answer.json()["error"]) == (500, {"code": "internal"})
    line = next(json.loads(JsonLines().format(each)) for each in caplog.records if each.exc_info)
    assert line["request_id"] == answer.json()["request_id"]
    assert "hunter2" in line["trace"]


async def test_a_log_line_names_the_route_and_no_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with small_app(Route("/enter/{token}", hello)) as client:
        await client.get(f"/enter/{SECRET}?phone=13800000003", headers={"cookie": SECRET})
    written = "\n".join(
        JsonLines().format(each) for each in caplog.records if each.name.startswith("shopbell")
    )
    line = json.loads(written)
    assert (line["route"], line["status"], line["method"]) == ("/enter/{token}", 200, "GET")
    assert SECRET not in written
    assert "138" not in line["route"]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>门铃</title>")
    (tmp_path / "sw.js").write_text("// worker")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "assets" / "reader-1a2b.wasm").write_bytes(b"\0asm" * 100)
    (tmp_path / "assets" / "index-1a2b.js").write_text("let x\n" * 100)
    (tmp_path.parent / "outside.txt").write_text("not yours")
    async with small_app(Route("/{path:path}", Pwa(tmp_path))) as client:
        yield client


PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize("path", ["/", "/customers", "/customers/0190/follow", "/sync", "/me"])
async def test_every_address_of_the_app_gets_its_page(shop: httpx.AsyncClient, path: str) -> None:
    answer = await shop.get(path, headers=PAGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "门铃" in answer.text


@pytest.mark.parametrize("path", ["/api/x", "/sync/x", "/photos/x", "/r/x", "/assets/gone.js"])
async def test_addresses_of_the_server_are_not_the_apps(shop: httpx.AsyncClient, path: str) -> None:
    assert (await shop.get(path, headers=PAGE)).status_code == 404


async def test_a_script_that_is_gone_is_not_answered_with_the_page(shop: httpx.AsyncClient) -> None:
    assert (await shop.get("/old-worker.js")).status_code == 404


async def test_hashed_files_stay_and_the_worker_is_asked_for_again(shop: httpx.AsyncClient) -> None:
    script = await shop.get("/assets/index-1a2b.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"].startswith("text/javascript")
    wasm = await shop.get("/assets/reader-1a2b.wasm")
    assert wasm.headers["content-type"] == "application/wasm"
    worker = await shop.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    again = await shop.get("/sw.js", headers={"if-none-match": worker.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_text_is_sent_compressed_and_ready_made_if_there_is_one(
    shop: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert (await shop.get("/assets/index-1a2b.js")).headers["content-encoding"] == "gzip"
    plain = await shop.get("/sw.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    (tmp_path / "manifest.webmanifest.gz").write_bytes(gzip.compress(b'{"made":"before"}'))
    assert (await shop.get("/manifest.webmanifest")).json() == {"made": "before"}
    (tmp_path / "sw.js.br").write_bytes(b"smallest")
    for taken, coding in (("gzip, br;q=0.9", "br"), ("gzip", "gzip")):
        async with shop.stream("GET", "/sw.js", headers={"accept-encoding": taken}) as answer:
            assert answer.headers["content-encoding"] == coding
            sent = b"".join([part async for part in answer.aiter_raw()])
        assert (sent == b"smallest") is (coding == "br")
    (tmp_path / "sw.js").write_bytes(b"// mended by hand")
    os.utime(tmp_path / "sw.js.br", (0, 0))
    assert (await shop.get("/sw.js", headers={"accept-encoding": "br"})).text == "// mended by hand"


@pytest.mark.parametrize("path", ["/../outside.txt", "/%2e%2e/outside.txt", "/assets/../../x"])
async def test_nothing_outside_the_apps_folder_is_served(
    shop: httpx.AsyncClient, path: str
) -> None:
    answer = await shop.get(httpx.URL(f"http://test{path}"))
    assert "not yours" not in answer.text


def test_keys_are_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    environ = {"SHOPBELL_DATA": str(tmp_path / "data"), "SHOPBELL_PORT": "9123"}
    first, second = read_config(environ), read_config(environ)
    assert first.keys == second.keys
    assert (tmp_path / "data" / "secrets").stat().st_mode & 0o777 == 0o600
    assert first.origin == "http://127.0.0.1:9123"
    assert first.keys[0] not in repr(first)


def test_given_settings_win(tmp_path: Path) -> None:
    config = read_config(
        {
            "SHOPBELL_DATA": str(tmp_path),
            "SHOPBELL_SECRETS": "old, new",
            "SHOPBELL_ORIGIN": "https://bell.example/",
            "SHOPBELL_DATABASE_URL": "postgresql://db/shopbell",
        }
    )
    assert config.keys == ("old", "new")
    assert (config.origin, config.https) == ("https://bell.example", True)
    assert config.database_url == "postgresql://db/shopbell"


def test_a_build_of_any_number_of_files_is_read_once_and_memory_has_a_bound(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.js" for n in range(300)]
    for file in files:
        file.write_bytes(b"old")
    shelf = Shelf(most_bytes=3 * len(files))
    for _ in range(2):
        assert {shelf.take(file, 1, "")[0] for file in files} == {b"old"}
        for file in files:
            file.write_bytes(b"new")  # unseen: nobody says that its time has changed

    assert shelf.take(files[0], 2, "")[0] == b"new"
    assert shelf.bytes == 3 * len(files)
    assert shelf.take(files[1], 1, "")[0] == b"old"
    assert shelf.take(files[0], 1, "")[0] == b"new", "the longest unasked went"
