"""Staff from a list and from a personnel system: all or nothing, and the same again is nothing."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]
from sqlalchemy import select
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.identity.tables import rights, staff_accounts
from server.people.list_routes import CSV, EXCEL, token_for
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop

LIST = """姓名,角色,手机,登录名,门店,接新客户,技能
顾敏,销售顾问,138 1111 2222,,人民路店、BJ,是,设计、英语
何川,店长,13811113333,hechuan,人民路店,否,

薄文,销售,,bo,人民路店,是,
"""

FAULTY = """姓名,角色,手机,登录名,门店,接新客户
,销售顾问,13811112222,,人民路店,是
何川,总裁,13811113333,,人民路店,也许
李丽,店员,1381111,,五道口店,否
王五,店员,13811114444,,,
王六,店员,138-1111-4444,,,
孙七,店员,13800000003,chen,,
周八,店员,,,,
"""


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


async def bring(
    client: httpx.AsyncClient, text: str | bytes, *, dry: bool = False, kind: str = CSV
) -> httpx.Response:
    data = text if isinstance(text, bytes) else text.encode()
    headers = {"content-type": kind}
    return await client.post(f"/api/staff-list{'?dry=1' * dry}", content=data, headers=headers)


async def names(shop: Shop) -> set[str]:
    return {row.body["name"] for row in await shop.rows("staff")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_people_come_in_from_a_list_as_excel_saves_it(
    shop: Shop, hua: httpx.AsyncClient, encoding: str
) -> None:
    answer = await bring(hua, LIST.encode(encoding))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [each["name"] for each in told["new"]] == ["顾敏", "何川"]
    assert told["changed"] == [{"line": 5, "name": "薄文", "fields": ["name"]}]
    gu = next(row.body for row in await shop.rows("staff") if row.body["name"] == "顾敏")
    assert (gu["role"], gu["store_ids"], gu["accepts_leads"], gu["skills"]) == (
        "rep",
        [RENMIN, "store-binjiang"],
        True,
        ["英语", "设计"],
    )


async def test_a_dry_run_says_the_same_and_changes_nothing(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    before = await names(shop)
    rehearsed = (await bring(hua, LIST, dry=True)).json()
    assert await names(shop) == before
    done = (await bring(hua, LIST)).json()
    assert {name: done[name] for name in rehearsed} == rehearsed


async def test_the_same_list_again_changes_nothing(
    shop: Shop, hua: httpx.AsyncClient, database: Database
) -> None:
    await bring(hua, LIST)
    versions = {row.id: row.seq for row in await shop.rows("staff")}
    again = (await bring(hua, LIST)).json()
    assert (again["new"], again["changed"], again["same"], again["links"]) == ([], [], 3, [])
    assert {row.id: row.seq for row in await shop.rows("staff")} == versions
    async with database.read() as connection:
        assert (await connection.execute(select(rights))).all() == []


async def test_new_people_get_a_link_that_signs_them_in(
    shop: Shop, hua: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    links = (await bring(hua, LIST)).json()["links"]
    assert [each["name"] for each in links] == ["顾敏", "何川"]
    assert (await stranger.get(links[0]["link"])).status_code == 303
    assert (await stranger.get("/api/session")).json()["staff"]["name"] == "顾敏"
    wrong = {"login": "hechuan", "password": "!"}
    assert (await stranger.post("/api/session", json=wrong)).status_code == 401


async def test_faults_are_named_by_line_and_nobody_comes_in(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    before = await names(shop)
    answer = await bring(hua, FAULTY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "list_faulty")
    problems = answer.json()["error"]["problems"]
    assert [(each["line"], each["code"], each["field"]) for each in problems] == [
        (2, "missing", "name"),
        (3, "unknown", "accepts_leads"),
        (3, "unknown", "role"),
        (4, "bad_phone", "phone"),
        (4, "unknown", "stores"),
        (6, "twice", "login"),
        (7, "taken", "phone"),
        (8, "missing", "login"),
    ]
    assert await names(shop) == before
    assert (await bring(hua, FAULTY, dry=True)).json()["problems"] == problems
    assert (await bring(hua, "名字,电话\n")).json()["error"]["problems"][0]["field"] == "name"


def workbook(text: str) -> bytes:
    """The same table as Excel keeps it: numbers as numbers."""
    made = Workbook()
    for line in text.splitlines():
        cells = line.split(",")
        made.active.append([int(cell) if cell.isdecimal() else cell or None for cell in cells])
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def packed(**parts: str) -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return kept.getvalue()


async def test_an_excel_workbook_says_what_the_same_list_says_as_csv(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    for text in (LIST, FAULTY):
        as_csv = await bring(hua, text, dry=True)
        as_excel = await bring(hua, workbook(text), dry=True, kind=EXCEL)
        assert as_excel.json() == as_csv.json()
    done = (await bring(hua, workbook(LIST), kind=EXCEL)).json()
    assert [each["name"] for each in done["new"]] == [each["name"] for each in done["links"]]
    gu = next(row.body for row in await shop.rows("staff") if row.body["name"] == "顾敏")
    assert gu["skills"] == ["英语", "设计"]


async def test_a_workbook_that_is_none_or_made_to_do_harm_is_not_unpacked(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    before, good = await names(shop), workbook(LIST)
    with ZipFile(BytesIO(good)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet
    declared = packed(**{**parts, "xl/worksheets/sheet1.xml": entities})
    bomb = packed(**{**parts, "xl/worksheets/sheet1.xml": sheet + " " * (9 << 20)})
    many = packed(**parts, **{f"x{n}": "" for n in range(200)})
    assert len(bomb) < 20_000
    answers = [
        await bring(hua, data, kind=EXCEL)
        for data in (b"", b"name,role", declared, packed(x="y"), good[:-40], bomb, many)
    ]
    assert [each.status_code for each in answers] == [400] * 5 + [413] * 2
    assert {each.json()["error"]["code"] for each in answers[:5]} == {"list_unreadable"}
    assert await names(shop) == before


async def test_a_list_is_no_longer_than_anybody_reads(hua: httpx.AsyncClient) -> None:
    text = "姓名,角色,手机\n" + "".join(f"甲{n},店员,{13900000000 + n}\n" for n in range(2001))
    for data, kind in ((text, CSV), (workbook(text), EXCEL)):
        (problem,) = (await bring(hua, data, kind=kind, dry=True)).json()["problems"]
        assert (problem["line"], problem["code"]) == (2001, "too_long")


async def test_only_admins_bring_lists(
    lin: httpx.AsyncClient, stranger: httpx.AsyncClient, xinju: str
) -> None:
    assert (await bring(lin, LIST)).status_code == 403
    assert (await bring(stranger, LIST)).status_code == 401


# A personnel system


class Personnel:
    def __init__(self, client: httpx.AsyncClient, config: Config, now: int) -> None:
        self.client = client
        self.token = token_for(config.keys, CODE, now)

    async def tell(self, event_id: str, *people: dict[str, Any], **headers: str) -> httpx.Response:
        known = {"authorization": f"Bearer {self.token}", **headers}
        body = {"event_id": event_id, "people": people}
        return await self.client.post("/api/hr/people", json=body, headers=known)


@pytest.fixture
def personnel(
    stranger: httpx.AsyncClient, config: Config, clock: MovableClock, xinju: str
) -> Personnel:
    return Personnel(stranger, config, clock())


GU = {
    "external_id": "E-77",
    "name": "顾敏",
    "phone": "13811112222",
    "role": "rep",
    "stores": ["RM"],
}


async def test_somebody_joins_moves_and_leaves_as_the_personnel_system_says(
    shop: Shop, personnel: Personnel
) -> None:
    assert (await personnel.tell("1", GU)).json()["new"] == [{"line": 1, "name": "顾敏"}]
    moved = {**GU, "phone": "13811119999", "stores": ["BJ"]}
    assert (await personnel.tell("2", moved)).json()["changed"][0]["fields"] == [
        "phone",
        "store_ids",
    ]
    left = await personnel.tell("3", {"external_id": "E-77", "state": "left"})
    assert left.json()["changed"][0]["fields"] == ["state"]
    nobody = await personnel.tell("4", {"external_id": "E-78", "state": "left"})
    assert nobody.json()["error"]["problems"][0]["code"] == "missing"
    gu = next(row.body for row in await shop.rows("staff") if row.body["name"] == "顾敏")
    assert (gu["state"], gu["store_ids"]) == ("left", ["store-binjiang"])


async def test_an_event_told_twice_is_done_once(shop: Shop, personnel: Personnel) -> None:
    first = (await personnel.tell("1", GU)).json()
    await personnel.tell("2", {**GU, "name": "顾敏之"})
    assert (await personnel.tell("1", GU)).json() == first
    assert "顾敏之" in await names(shop)


async def test_a_known_colleague_is_found_by_phone_and_keeps_their_place(
    shop: Shop, personnel: Personnel, bo: httpx.AsyncClient
) -> None:
    await shop.scan()
    await shop.settle()
    told = {"external_id": "E-3", "name": "薄", "phone": "138 0000 0003", "state": "left"}
    assert (await personnel.tell("1", told)).json()["new"] == []
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"
    assert (await bo.get("/api/session")).status_code == 401


async def test_whoever_never_joined_does_not_leave(
    shop: Shop, personnel: Personnel, database: Database
) -> None:
    before = await names(shop)
    assert (await personnel.tell("1", {**GU, "state": "left"})).json()["same"] == 1
    assert await names(shop) == before
    assert (await personnel.tell("2", GU)).json()["new"] != []


async def test_area_managers_and_admins_are_out_of_its_reach(
    shop: Shop, personnel: Personnel
) -> None:
    hua = {"external_id": "E-1", "name": "华", "phone": "13800000007", "state": "left"}
    chief = {**GU, "phone": "13811119999", "role": "area"}
    for event, told in (("1", hua), ("2", chief)):
        answer = await personnel.tell(event, GU | {"external_id": "E-9"}, told)
        assert answer.status_code == 400
        (problem,) = answer.json()["error"]["problems"]
        assert (problem["line"], problem["code"]) == (2, "protected")
    assert "顾敏" not in await names(shop)


async def test_a_token_that_is_not_ours_opens_nothing(
    personnel: Personnel, config: Config, clock: MovableClock, database: Database
) -> None:
    stolen = token_for(("another key",), CODE, clock())
    elsewhere = token_for(config.keys, "nowhere", clock())
    for token in ("", "xinju", stolen, elsewhere, f"other.{personnel.token.partition('.')[2]}"):
        answer = await personnel.tell("1", GU, authorization=f"Bearer {token}")
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "bad_credential"
    query = select(staff_accounts.c.id).where(staff_accounts.c.org_id == ORG)
    async with database.read() as connection:
        assert len((await connection.execute(query)).all()) == 7
