"""A client written from the specification alone converges with our server, come what may."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from server.cli import prepare
from server.config import Config, read_config
from server.sample.cast import PASSWORD, RENMIN
from tests.bench.stage import Server, free_port
from tests.stranger import Client, Revoked

STEPS = 40
PEOPLE = ("bo", "bo", "chen", "lin")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    folder = tmp_path_factory.mktemp("stranger")
    config = read_config({"SHOPBELL_DATA": str(folder), "SHOPBELL_PORT": str(free_port())})
    asyncio.run(prepare(config, sample=True))
    with Server(config):
        yield config


def sign_in(config: Config, login: str, path: Path) -> Client:
    client = Client(config.origin, path)
    client.sign_in(login, PASSWORD)
    client.sync()
    return client


def act(client: Client, chance: random.Random) -> None:
    """One thing that somebody does: registers, edits, comments on somebody, or on nobody."""
    known = [row for row in client.rows("customer") if row.body.get("store_id") == RENMIN]
    person = chance.choice(known).id if known else "01990000-0000-7000-8000-000000000000"
    match chance.randrange(5):
        case 0:
            number = f"1390000{chance.randrange(20):04d}"
            told = {"store_id": RENMIN, "name": chance.choice("赵钱孙李"), "phone": number}
            client.create("customer", {**told, "budget": f"{chance.randrange(30)} 万"})
        case 1 if known:
            client.patch(person, {chance.choice(("need", "budget")): str(chance.random())})
        case 2 if known:
            tag = chance.choice(("北欧", "老客", "全屋"))
            client.patch(person, {"tags": {chance.choice(("add", "remove")): [tag]}})
        case _:
            client.create("comment", {"customer_id": person, "text": str(chance.random())})


def revoke(config: Config, manager: Client, device: str) -> None:
    headers = {"Cookie": manager.state.session, "Sec-Fetch-Site": "same-origin"}
    path = f"{config.origin}/api/devices/{device}?why=lost"
    with urlopen(Request(path, headers=headers, method="DELETE")) as answer:
        assert answer.status == 204


def test_phones_of_strangers_converge_over_restarts(config: Config, tmp_path: Path) -> None:
    chance = random.Random(20261126)
    paths = [tmp_path / f"{nth}-{who}" for nth, who in enumerate(PEOPLE)]
    phones = [sign_in(config, who, path) for who, path in zip(PEOPLE, paths, strict=True)]
    for _ in range(STEPS):
        nth = chance.randrange(len(phones))
        act(phones[nth], chance)
        if chance.random() < 0.3:
            phones[nth].sync()
        if chance.random() < 0.2:
            phones[nth] = Client(config.origin, paths[nth])
    for _ in range(2):
        differing = [phone.sync()[1] for phone in phones]
        assert differing == [[]] * len(phones)
    assert all(not phone.state.outbox for phone in phones)
    bo, other, chen, lin = phones
    assert {row.id: (row.version, row.body) for row in bo.state.rows} == {
        row.id: (row.version, row.body) for row in other.state.rows
    }
    theirs = {row.id: row for row in lin.state.rows}
    for phone in (bo, chen):
        for row in phone.rows("customer"):
            assert theirs[row.id].body == row.body


def test_a_stranger_whose_phone_was_copied_parts_from_the_copy(
    config: Config, tmp_path: Path
) -> None:
    phone = sign_in(config, "chen", tmp_path / "phone")
    (tmp_path / "copy").write_bytes((tmp_path / "phone").read_bytes())
    copy = Client(config.origin, tmp_path / "copy")
    mine = phone.create("customer", {"store_id": RENMIN, "name": "一", "phone": "13911110001"})
    theirs = copy.create("customer", {"store_id": RENMIN, "name": "二", "phone": "13911110002"})
    copy.create("comment", {"customer_id": theirs, "text": "是她介绍来的"})
    for each in (phone, copy, phone):
        assert each.sync()[1] == []
    assert phone.state.device != copy.state.device
    assert {mine, theirs} <= {row.id for row in phone.state.rows}
    assert [row.root for row in phone.rows("comment") if row.root == theirs] == [theirs]


def test_a_stranger_whose_phone_was_lost_hands_over_and_is_wiped(
    config: Config, tmp_path: Path
) -> None:
    phone, lin = (sign_in(config, who, tmp_path / who) for who in ("chen", "lin"))
    phone.create("customer", {"store_id": RENMIN, "name": "三", "phone": "13911110003"})
    revoke(config, lin, phone.state.device)
    with pytest.raises(Revoked) as told:
        phone.sync()
    assert told.value.args[0] == "lost"
    assert not (tmp_path / "chen").exists()
    lin.sync()
    kept = [row.body["fields"]["name"] for row in lin.rows("refusal")]
    assert kept == ["三"]
