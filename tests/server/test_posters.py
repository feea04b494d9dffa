"""Posters: a code for each position, readable by any scanner and by an eye."""

import io
import itertools
from pathlib import Path

import httpx
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
import pytest
from PIL import Image
from pypdfium2 import PdfDocument, PdfPage
from sqlalchemy import update

from server.config import Config
from server.db import Database
from server.stores import fonts, qr
from server.stores.poster_pdf import draw_pdf
from server.stores.posters import ALPHABET, Poster, read_token, sign
from server.stores.queries import hang_poster, list_posters
from server.stores.tables import posters
from tests.cast import BINJIANG, CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.scanning import read_codes

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

DPI_150 = 150 / 72
MM = 72 / 25.4
SIZES = {"a4": (210, 297, 1), "a6": (105, 148, 1), "table": (100, 280, 2), "badge": (60, 90, 1)}


@pytest.fixture
async def poster(database: Database, clock: MovableClock, xinju: str) -> Poster:
    random = bytes(range(10))
    return await database.transact(
        lambda connection: hang_poster(connection, ORG, CODE, RENMIN, "门口", random, clock())
    )


def decode(picture: Image.Image) -> str:
    (link,) = read_codes(picture)
    return link


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


async def test_every_format_is_true_to_size_and_every_code_on_it_leads_to_the_store(
    stranger: httpx.AsyncClient, config: Config, poster: Poster
) -> None:
    link = f"{config.origin}/r/{sign(config.keys, poster)}"
    printed = ["欣居家居", "人民路店", "门口", poster.id, f"/p/{poster.id}", "请核对门店名称"]
    for name, press in itertools.product(SIZES, (False, True)):
        (width, height, faces), slug = SIZES[name], 10 if press else 0
        query = f"format={name}{'&for=press' * press}"
        answer = await stranger.get(f"/posters/{poster.id}.pdf?{query}")
        assert answer.headers["content-disposition"].startswith("attachment"), query
        (page,) = PdfDocument(answer.content)
        expected = [(side + 2 * slug) * MM for side in (width, height)]
        assert page.get_size() == pytest.approx(expected, abs=0.1), query
        picture = page.render(scale=DPI_150).to_pil()
        assert read_codes(picture) == [link] * faces, query
        said = page.get_textpage().get_text_range()
        assert [words for words in printed if said.count(words) < faces] == [], query
        assert ("米内可扫" in said) == (name in ("a4", "a6"))
        check_letters(page, slug * MM, (width + slug) * MM)
        if press:
            trim = [10 * MM, 10 * MM, (10 + width) * MM, (10 + height) * MM]
            assert page.get_trimbox() == pytest.approx(trim, abs=0.1)
            bleed = [7 * MM, 7 * MM, (13 + width) * MM, (13 + height) * MM]
            assert page.get_bleedbox() == pytest.approx(bleed, abs=0.1)
        if query == "format=a6&for=press":
            check_press_marks(picture.convert("RGB"))


def check_letters(page: PdfPage, left: float, right: float) -> None:
    """Every font is inside the document, and no line runs over the trim."""
    letters = list(page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]))
    assert letters
    for each in letters:
        assert pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(each)) == 1
        bounds = each.get_bounds()
        assert left <= bounds[0] < bounds[2] <= right


def check_press_marks(picture: Image.Image) -> None:
    """A6 with its slug of 10 mm: colour 3 mm beyond the trim, marks only outside of that."""

    def darkest(x: float, y: float) -> int:
        left, top = (round(at * 150 / 25.4) - 2 for at in (x, y))
        near = picture.convert("L").crop((left, top, left + 5, top + 5))
        return min(near.tobytes())

    green = {picture.getpixel((round(x * 5.9), round(y * 5.9))) for x, y in [(7.6, 7.6), (117, 30)]}
    assert green == {(11, 110, 99)}
    for y in (4, 30, 100):
        assert darkest(6, y) == 255
    down = [(x, y) for x in (10, 115) for y in (4, 163)]
    across = [(x, y) for x in (4, 120) for y in (10, 158)]
    assert [at for at in down + across if darkest(*at) > 160] == []


async def test_a_manager_prints_all_positions_of_a_store_in_one_document(
    lin: httpx.AsyncClient, bo: httpx.AsyncClient, database: Database, clock: MovableClock,
    config: Config, poster: Poster,
) -> None:  # fmt: skip
    till = await database.transact(
        lambda connection: hang_poster(
            connection, ORG, CODE, RENMIN, "<收银台>", b"\x07" * 10, clock()
        )
    )
    await bo.post(f"/api/stores/{RENMIN}/personal-codes", json={"staff_id": "bo"})
    answer = await lin.get(f"/api/stores/{RENMIN}/posters.pdf?format=badge")
    pages = list(PdfDocument(answer.content))
    links = {decode(page.render(scale=DPI_150).to_pil()) for page in pages}
    assert links == {f"{config.origin}/r/{sign(config.keys, each)}" for each in (poster, till)}
    assert "<收银台>" in "".join(page.get_textpage().get_text_range() for page in pages)
    refused = await lin.get(f"/api/stores/{RENMIN}/posters.pdf?format=a5")
    assert refused.status_code == 400
    for client, store in ((bo, RENMIN), (lin, BINJIANG)):
        assert (await client.get(f"/api/stores/{store}/posters.pdf")).status_code == 404


async def test_a_manager_hangs_a_code_for_a_new_position_once(
    lin: httpx.AsyncClient, hua: httpx.AsyncClient, stranger: httpx.AsyncClient, poster: Poster
) -> None:
    path = f"/api/stores/{RENMIN}/posters"
    answers = [await who.post(path, json={"position": " 样板间  二楼 "}) for who in (lin, hua)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["error"] == {"code": "position_taken", "field": "position"}
    assert (await lin.post(path, json={"position": " "})).status_code == 400
    made, told = answers[0].json(), (await lin.get(path)).json()["posters"]
    assert {each["position"]: each["id"] for each in told} == {
        "门口": poster.id,
        "样板间 二楼": made["id"],
    }
    page = await stranger.get(made["link"])
    assert "人民路店" in page.text
    nowhere = await hua.post("/api/stores/store-nowhere/posters", json={"position": "x"})
    assert nowhere.status_code == 404


async def test_an_older_phone_that_asks_for_the_drawing_gets_the_document(
    stranger: httpx.AsyncClient, poster: Poster
) -> None:
    answer = await stranger.get(f"/posters/{poster.id}.svg", follow_redirects=True)
    assert answer.headers["content-type"] == "application/pdf"
    assert [each.status_code for each in answer.history] == [308]
    assert (await stranger.get("/posters/x.svg")).status_code == 404


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
    assert (await stranger.get(f"/posters/{id}.pdf")).status_code == 404


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
    monkeypatch.setattr(fonts, "_ROOTS", (str(tmp_path),))
    for cached in (fonts.find_chinese_font, draw_pdf):
        cached.cache_clear()
    picture = await stranger.get(f"/posters/{poster.id}.png")
    sheet = await stranger.get(f"/posters/{poster.id}.pdf")
    for cached in (fonts.find_chinese_font, draw_pdf):
        cached.cache_clear()
    assert "/r/" in decode(Image.open(io.BytesIO(picture.content)))
    page = PdfDocument(sheet.content)[0]
    assert "/r/" in decode(page.render(scale=DPI_150).to_pil())
    assert f"/p/{poster.id}" in page.get_textpage().get_text_range()


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
