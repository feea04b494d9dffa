"""Posters: a code for each position, readable by any scanner and by an eye."""

import io
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from server.config import Config
from server.db import Database
from server.stores import poster_png, qr
from server.stores.posters import ALPHABET, Poster, read_token, sign
from server.stores.queries import find_poster, hang_poster, list_posters
from server.stores.tables import posters
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import MovableClock

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


@pytest.fixture
async def poster(database: Database, clock: MovableClock, xinju: str) -> Poster:
    random = bytes(range(10))
    return await database.transact(
        lambda connection: hang_poster(connection, ORG, CODE, RENMIN, "门口", random, clock())
    )


def decode(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return str(found[0].text)


async def test_the_printed_picture_leads_to_the_stores_page(
    stranger: httpx.AsyncClient, poster: Poster
) -> None:
    answer = await stranger.get(f"/posters/{poster.id}.png")
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.height / picture.width == pytest.approx(297 / 210, rel=0.01)
    page = await stranger.get(decode(picture))
    assert page.status_code == 200
    assert "人民路店" in page.text


async def test_the_drawing_shows_store_position_and_what_to_type(
    stranger: httpx.AsyncClient, poster: Poster
) -> None:
    drawing = (await stranger.get(f"/posters/{poster.id}.svg")).text
    for words in ["欣居家居", "人民路店", "扫码登记", "门口", f"/p/{poster.id}"]:
        assert words in drawing
    assert 'width="210mm" height="297mm"' in drawing


async def test_typing_the_code_in_capitals_finds_the_page(
    stranger: httpx.AsyncClient, poster: Poster
) -> None:
    answer = await stranger.get(f"/p/{poster.id.upper()}")
    assert answer.status_code == 303
    assert (await stranger.get(answer.headers["location"])).status_code == 200


async def test_a_poster_that_was_taken_down_says_so_and_is_not_printed_again(
    stranger: httpx.AsyncClient, database: Database, config: Config, poster: Poster
) -> None:
    await database.transact(
        lambda connection: connection.execute(update(posters).values(revoked_at=1))
    )
    page = await stranger.get(f"/r/{sign(config.keys, poster)}")
    assert page.status_code == 404
    assert "这个二维码已经停用" in page.text
    assert (await stranger.get(f"/posters/{poster.id}.png")).status_code == 404
    async with database.read() as connection:
        assert list(await list_posters(connection, ORG)) == []


@pytest.mark.parametrize("id", ["xinju-zzzzz", "other-23456", "x", "-23456", "' OR 1=1 --"])
async def test_codes_that_are_none_of_ours_find_nothing(
    stranger: httpx.AsyncClient, poster: Poster, id: str
) -> None:
    assert (await stranger.get(f"/p/{id}")).status_code == 404
    assert (await stranger.get(f"/posters/{id}.svg")).status_code == 404


async def test_a_link_with_one_letter_changed_opens_nothing(
    config: Config, poster: Poster, stranger: httpx.AsyncClient
) -> None:
    token = sign(config.keys, poster)
    forged = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    assert read_token(config.keys, forged, 0) is None
    assert (await stranger.get(f"/r/{forged}")).status_code == 404
    assert read_token(("another key",), token, 0) is None


async def test_a_printed_link_stays_the_same_and_good_for_years(
    config: Config, poster: Poster, clock: MovableClock
) -> None:
    token = sign(config.keys, poster)
    clock.advance(days=2000)
    assert read_token(config.keys, token, clock()) == poster.id
    assert sign(config.keys, poster) == token


async def test_a_machine_without_chinese_fonts_still_prints_a_code(
    stranger: httpx.AsyncClient, poster: Poster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(poster_png, "_FONT_ROOTS", (str(tmp_path),))
    poster_png.find_chinese_font.cache_clear()
    answer = await stranger.get(f"/posters/{poster.id}.png")
    poster_png.find_chinese_font.cache_clear()
    assert "/r/" in decode(Image.open(io.BytesIO(answer.content)))


async def test_markup_in_a_position_stays_text(
    database: Database, clock: MovableClock, xinju: str, stranger: httpx.AsyncClient
) -> None:
    position = "<script>alert(1)</script>"
    poster = await database.transact(
        lambda connection: hang_poster(
            connection, ORG, CODE, RENMIN, position, b"\x07" * 10, clock()
        )
    )
    async with database.read() as connection:
        assert await find_poster(connection, poster.id) is not None
    assert "<script" not in (await stranger.get(f"/posters/{poster.id}.svg")).text


async def test_a_pass_is_drawn_without_saying_whether_it_exists(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/pass/ABCD2345.svg")
    assert answer.status_code == 200
    assert answer.text.startswith("<svg")
    assert (await stranger.get('/pass/"onload=".svg')).status_code == 404


def test_codes_hold_nothing_that_a_tired_eye_confuses() -> None:
    assert not set("01OILU") & set(ALPHABET)


def test_the_terminal_shows_a_code_that_scans() -> None:
    text = "http://127.0.0.1:8000/r/abcdefghijklmnopqrstuvwxyz"
    light = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    lines = qr.to_terminal(text).split("\n")
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)))
    for y, line in enumerate(lines):
        for x, character in enumerate(line):
            upper, lower = light[character]
            picture.putpixel((x, 2 * y), upper)
            picture.putpixel((x, 2 * y + 1), lower)
    side = picture.width * 6, picture.height * 6
    assert decode(picture.resize(side, Image.Resampling.NEAREST)) == text
