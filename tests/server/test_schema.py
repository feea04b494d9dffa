"""What a client that knows nothing of us can learn about entities."""

import re
from pathlib import Path

import httpx
import msgspec

import sync
from server.exchange.entities import ENTITIES

README = (Path(sync.__file__).parent / "README.md").read_text(encoding="utf-8")


async def test_the_schema_tells_every_entity_and_what_its_fields_are(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/sync/schema")
    told = answer.json()
    assert told["entities"].keys() == ENTITIES.keys()
    customer = told["entities"]["customer"]
    assert customer["policies"]["tags"] == "set"
    assert customer["policies"]["owner_id"] == "server"
    fields = told["types"][customer["fields"]["$ref"].rsplit("/", 1)[1]]
    assert fields["required"] == ["store_id"]
    assert fields["properties"]["name"]["maxLength"] == 40
    assert told["entities"]["candidate"] == {"kind": "server"}
    assert told["entities"]["acceptance"]["claim"] is True
    assert told["entities"]["comment"]["correctable"] == ["text"]
    same = {"if-none-match": answer.headers["etag"]}
    assert (await stranger.get("/sync/schema", headers=same)).status_code == 304
    assert msgspec.json.encode(told, order="sorted") == answer.content


async def test_the_specification_names_whatever_the_schema_says_of_an_entity(
    stranger: httpx.AsyncClient,
) -> None:
    told = (await stranger.get("/sync/schema")).json()
    listed = re.search(r'\{"schema": (\d+), "entities": \{name: \{([^}]*)\}\}, "types"\}', README)
    assert listed
    assert int(listed[1]) == told["schema"]
    said = {key for entity in told["entities"].values() for key in entity}
    assert set(listed[2].split(", ")) == said
    assert told.keys() == {"schema", "entities", "types"}
