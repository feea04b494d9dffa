"""WeCom's address book tells who joins, changes and leaves: proven, fresh, and once each."""

from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.cli import parser, set_up_wecom
from server.config import Config
from server.db import Database
from server.notify.vault import Vault
from server.people.tables import contact_callbacks, staff_events
from server.people.wecom_departments import Circular
from sync import Row
from tests.cast import CODE
from tests.conftest import MovableClock
from tests.server.address_book import AES_KEY, CORP, TOKEN, AddressBook, letter
from tests.server.shop import Shop

MINUTE_S = 60


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


@pytest.fixture
async def book(
    shop: Shop, stranger: httpx.AsyncClient, config: Config, clock: MovableClock
) -> AddressBook:
    words = ["wecom-contacts", CODE, CORP, TOKEN, AES_KEY]
    wish = parser().parse_args([*words, "--department", "7=RM", "--department", "8=滨江店"])
    address = await set_up_wecom(wish, config)
    return AddressBook(stranger, clock, address.removeprefix(config.origin))


async def person(shop: Shop, name: str) -> Row:
    return next(row for row in await shop.rows("staff") if row.body["name"] == name)


async def names(shop: Shop) -> set[str]:
    return {row.body["name"] for row in await shop.rows("staff")}


async def test_wecom_is_shown_that_the_address_is_ours(
    book: AddressBook, database: Database
) -> None:
    answer = await book.prove("1616140317555161061")
    assert (answer.status_code, answer.text) == (200, "1616140317555161061")
    book.token = "another"
    assert (await book.prove("1")).json()["error"]["code"] == "bad_credential"
    async with database.read() as connection:
        (held,) = (await connection.execute(select(contact_callbacks))).all()
    assert TOKEN not in held.token
    assert AES_KEY not in held.aes_key


async def test_a_member_joins_moves_is_renamed_and_is_deleted(
    shop: Shop, book: AddressBook
) -> None:
    answer = await book.tell("create_user", "GuMin", Department="1, 7")
    assert (answer.status_code, answer.text) == (200, "success")
    gu = await person(shop, "GuMin")
    assert (gu.body["role"], gu.body["store_ids"], gu.body["accepts_leads"]) == (
        "rep",
        ["store-renmin"],
        True,
    )
    await book.tell("update_user", "GuMin", NewUserID="gu.min", Name="顾敏", Department="7,8")
    await book.tell("update_user", "gu.min", Mobile="13811112222", Status="2")
    gu = await person(shop, "顾敏")
    assert (gu.body["store_ids"], gu.body["state"]) == (["store-renmin", "store-binjiang"], "leave")
    await book.tell("update_user", "gu.min", Status="1")
    assert (await person(shop, "顾敏")).body["state"] == "active"
    await book.tell("update_user", "gu.min", Department="1")
    assert (await person(shop, "顾敏")).body["store_ids"] == []
    await book.tell("delete_user", "gu.min")
    assert (await person(shop, "顾敏")).body["state"] == "left"


async def test_whoever_is_deleted_there_gets_no_lead_from_that_second(
    shop: Shop, book: AddressBook, bo: httpx.AsyncClient
) -> None:
    await book.tell("create_user", "BoWen", Mobile="138 0000 0003", Department="7", Name="薄")
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    await book.tell("delete_user", "BoWen", at=2)
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"
    assert (await bo.get("/api/session")).status_code == 401
    await book.tell("create_user", "BoWen", Department="7", Status="1")
    assert (await person(shop, "薄")).body["state"] == "left", "a late letter revives nobody"


async def test_its_secrets_are_written_anew_under_a_newer_key_and_go_on_opening_letters(
    app: Starlette, shop: Shop, book: AddressBook, config: Config, database: Database
) -> None:
    (old,) = config.keys
    for keys in ((old, "newer"), ("newer",)):
        app.state.ground = replace(app.state.ground, config=replace(config, keys=keys))
        app.state.sender.vault, app.state.sender.swept_at = Vault(keys), 0
        await app.state.sender.sweep()
        async with database.read() as connection:
            (held,) = (await connection.execute(select(contact_callbacks))).all()
        assert all(each.startswith(Vault(("newer",)).mark) for each in (held.token, held.aes_key))
        await book.tell("create_user", f"Gu{len(keys)}", Department="7")
    assert {"Gu1", "Gu2"} <= await names(shop)


async def test_a_letter_is_followed_once_however_often_it_comes(
    shop: Shop, book: AddressBook, database: Database
) -> None:
    text = letter("create_user", "GuMin", Department="7", Name="顾敏")
    assert (await book.send(text)).text == "success"
    await book.tell("update_user", "GuMin", Name="顾敏之")
    assert (await book.send(text)).text == "success"
    assert "顾敏之" in await names(shop)
    async with database.read() as connection:
        events = (await connection.execute(select(staff_events.c.event_id))).scalars().all()
    assert len(events) == 2


async def test_what_wecom_did_not_write_for_us_just_now_changes_nothing(
    shop: Shop, book: AddressBook, clock: MovableClock
) -> None:
    before, text = await names(shop), letter("create_user", "GuMin", Department="7")
    assert (await book.send(text, age_s=5 * MINUTE_S + 1)).status_code == 401
    assert (await book.send(text, age_s=-5 * MINUTE_S - 1)).status_code == 401
    sealed = "x" * 64
    assert (await book.post(sealed, book.signed(sealed, 0))).status_code == 401
    book.corp = "wxanother"
    assert (await book.send(text)).status_code == 401
    book.corp, book.token = CORP, "another"
    assert (await book.send(text)).status_code == 401
    book.token, book.path = TOKEN, "/api/wecom/nowhere"
    assert (await book.send(text)).status_code == 401
    assert await names(shop) == before


async def test_people_of_departments_below_a_stores_are_the_stores_and_move_with_them(
    shop: Shop, book: AddressBook
) -> None:
    """71 and 711 are below Renmin's 7; 81 is below Binjiang's 8."""
    for number, above in (("71", "7"), ("711", "71"), ("81", "8")):
        await book.tell("create_party", "", Id=number, ParentId=above, Name="组")
    await book.tell("create_user", "GuMin", Department="711", Name="顾敏")
    await book.tell("create_user", "HeYi", Department="1,81", Name="何一")
    assert (await person(shop, "顾敏")).body["store_ids"] == ["store-renmin"]
    assert (await person(shop, "何一")).body["store_ids"] == ["store-binjiang"]
    await book.tell("update_party", "", Id="71", ParentId="81")
    assert (await person(shop, "顾敏")).body["store_ids"] == ["store-binjiang"]
    await book.tell("delete_party", "", Id="711")
    assert (await person(shop, "顾敏")).body["store_ids"] == []
    assert (await person(shop, "何一")).body["store_ids"] == ["store-binjiang"]


async def test_a_department_that_would_be_under_itself_changes_nothing(
    shop: Shop, book: AddressBook, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    await book.tell("create_party", "", Id="71", ParentId="7")
    await book.tell("create_party", "", Id="711", ParentId="71")
    assert not caplog.records
    answers = [
        await book.tell("update_party", "", Id=number, ParentId="711") for number in ("71", "711")
    ]
    assert [(each.status_code, each.text) for each in answers] == [(200, "success")] * 2
    assert caplog.text.count("circular") == 2
    words = ["wecom-contacts", CODE, CORP, TOKEN, AES_KEY, "--department", "7=RM"]
    circular = parser().parse_args([*words, "--under", "5=6", "--under", "6=5"])
    with pytest.raises(Circular, match="5 is under itself"):
        await set_up_wecom(circular, config)
    await set_up_wecom(parser().parse_args(words), config)
    await book.tell("create_user", "GuMin", Department="711", Name="顾敏")
    assert (await person(shop, "顾敏")).body["store_ids"] == ["store-renmin"], "as it was told"


async def test_no_letter_brings_entities(shop: Shop, book: AddressBook) -> None:
    before = await names(shop)
    bomb = '<!DOCTYPE x [<!ENTITY a "7"><!ENTITY b "&a;&a;">]>'
    answer = await book.send(bomb + letter("create_user", "GuMin", Department="&b;"))
    assert answer.status_code == 400
    outer = await book.client.post(book.path, content=f"{bomb}<xml><Encrypt>&b;</Encrypt></xml>")
    assert outer.status_code == 401
    assert (await book.send("<xml>" * 1000)).status_code == 400
    assert await names(shop) == before


async def test_strangers_to_the_stores_and_the_chiefs_are_left_alone(
    shop: Shop, book: AddressBook, caplog: pytest.LogCaptureFixture
) -> None:
    before = {row.id: row.seq for row in await shop.rows("staff")}
    await book.tell("create_user", "Accountant", Department="1,2")
    await book.tell("update_user", "Accountant", Name="会计")
    await book.tell("delete_user", "Accountant")
    await book.tell("create_party", "", Id="9")
    assert not caplog.records
    await book.tell("create_user", "HuaHua", Mobile="13800000007", Department="7", Name="假")
    assert {row.id: row.seq for row in await shop.rows("staff")} == before
    assert "protected" in caplog.text
