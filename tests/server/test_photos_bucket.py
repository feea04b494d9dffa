"""Pictures in a bucket: the whole way of a photo, with an S3 server on this machine."""

import secrets
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from server.config import Config
from server.db import Database
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, opened, photo_id, picture
from tests.server.test_erasure import erase

pytestmark = pytest.mark.one_database

ONE, TWO = photo_id(1), photo_id(2)


class Bucket:
    """Of a name of its own: the server forgets nothing while the tests run."""

    def __init__(self, endpoint: str) -> None:
        self.name = f"pictures-{secrets.token_hex(4)}"
        self.url = f"{endpoint}/{self.name}"

    def ask(self, method: str, path: str = "") -> bytes:
        asked = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(asked) as answer:
            return bytes(answer.read())

    def objects(self) -> list[str]:
        return [part.partition("<")[0] for part in self.ask("GET").decode().split("<Key>")[1:]]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    endpoint = f"http://127.0.0.1:{port}"
    given = {"ENDPOINT_URL": endpoint, "REGION": "cn-north-1"}
    for name, value in {**given, "ACCESS_KEY_ID": "me", "SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    held = Bucket(endpoint)
    held.ask("PUT")
    yield held
    server.stop()


@pytest.fixture
async def stage(
    bucket: Bucket, config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    to_bucket = replace(config, blobs=f"s3://{bucket.name}/shopbell", blobs_plain=True)
    async with opened(to_bucket, database, clock) as stage:
        yield stage


async def test_a_photo_goes_to_the_bucket_once_and_comes_from_it(
    stage: Stage, bucket: Bucket
) -> None:
    data = picture()
    for id in (ONE, TWO):
        await stage.report(id, data)
        path = await stage.begin(id, data)
        assert (await stage.send(path, 0, data)).status_code == 204
        assert (await stage.photo(id))["state"] == "stored"
    assert len(bucket.objects()) == 2, "one large and one small, of two photos"
    assert all(name.startswith("shopbell/") for name in bucket.objects())
    assert stage.blobs() == []
    for size in ("small", "full"):
        shown = await stage.people["bo"].get(f"/photos/{ONE}/{size}")
        assert (shown.status_code, shown.content[:2]) == (200, b"\xff\xd8")


async def test_what_is_erased_leaves_the_bucket(stage: Stage, bucket: Bucket) -> None:
    data = picture()
    await stage.report(ONE, data)
    await stage.send(await stage.begin(ONE, data), 0, data)
    assert len(bucket.objects()) == 2
    await erase(stage.people["lin"], (await stage.photo(ONE))["customer_id"])
    assert bucket.objects() == []


async def test_a_bucket_that_is_away_costs_a_photo_nothing_but_time(
    stage: Stage, bucket: Bucket
) -> None:
    data = picture()
    await stage.report(ONE, data)
    path = await stage.begin(ONE, data)
    bucket.ask("DELETE")
    answer = await stage.send(path, 0, data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "blobs")
    assert (await stage.photo(ONE))["state"] == "pending"
    bucket.ask("PUT")
    assert await stage.offset(path) == len(data)
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_a_picture_that_somebody_took_from_the_bucket_is_not_found(
    stage: Stage, bucket: Bucket
) -> None:
    data = picture()
    await stage.report(ONE, data)
    await stage.send(await stage.begin(ONE, data), 0, data)
    store = S3Store(bucket.name, client_options={"allow_http": True})
    store.delete(bucket.objects())
    assert (await stage.people["bo"].get(f"/photos/{ONE}/full")).status_code == 404
