"""Being somewhere: with a position, without one, in two places at once; and where the store is."""

import pytest
from playwright.sync_api import Locator, expect

from server.stores.geodesy import Point, distance_m, point_of, to_gcj02
from tests.browser import axe
from tests.browser.company import BO, LIN, ORG, POINT, STORE_NAME
from tests.browser.people import Manager, Rep, Staff
from tests.browser.pictures import photograph
from tests.browser.theatre import Theatre

DOOR = Point(30.24931, 120.16522)
FAR = Point(39.9042, 116.4074)


def stand(person: Staff, at: Point, accuracy_m: float) -> None:
    assert person.profile.context is not None
    where = {"latitude": at.lat, "longitude": at.lng, "accuracy": accuracy_m}
    person.profile.context.set_geolocation(where)  # type: ignore[arg-type]


def look_at(person: Staff, heading: str) -> Locator:
    return person.main.get_by_role("article").filter(
        has=person.page.get_by_role("heading", name=heading, exact=True)
    )


def has_no_barriers(person: Staff) -> None:
    """Once every colour is the one it will stay."""
    person.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
    assert axe.violations(person.page) == []


def taps_quickly(person: Staff, target: Locator) -> None:
    """More often than was meant, in the same place, whatever lies there by then."""
    box = target.bounding_box()
    assert box is not None
    for _ in range(3):
        person.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        person.page.wait_for_timeout(200)


@pytest.mark.browser
def test_a_place_is_set_by_standing_there_and_a_check_in_never_depends_on_a_position(
    theatre: Theatre,
) -> None:
    stage, records, network = theatre.stage, theatre.records, theatre.proxy
    bo = Rep(theatre.profile("bo"), BO)
    lin = Manager(theatre.profile("lin", worker=False), LIN)
    for person in (lin, bo):
        person.signs_in(stage)

    # Lin stands in the store: too coarse is refused with a sentence, good readings are averaged.
    lin.opens("/me/place")
    stand(lin, DOOR, 230)
    lin.button("站在店里取位置").click()
    lin.button("就用这个").click()
    expect(lin.main.get_by_text("太粗了（±230 米）")).to_be_visible()
    stand(lin, DOOR, 14)
    lin.button("站在店里取位置").click()
    lin.button("就用这个").click()
    expect(lin.main.get_by_text("1 次平均，±14 米")).to_be_visible()
    expect(lin.main.get_by_text("离现在登记的位置 44 米")).to_be_visible()
    lin.button("保存位置").click()
    lin.is_told("已存本机，联网后生效")

    # What was copied from a map is asked where from: the other datum would be half a kilometre off.
    lin.main.get_by_label("经纬度").fill("120.165220，30.249310")
    lin.pick("从哪里抄来的", "高德地图")
    look_at(lin, "从地图上抄来").get_by_role("button", name="看看对不对").click()
    expect(lin.main.get_by_text("多半是坐标系选错了")).to_be_visible()
    lin.button("不用这个").click()
    lin.syncs()
    said = records.body("store_point")
    assert (said["source"], said["datum"], said["accuracy_m"]) == ("standing", "wgs84", 14)
    assert distance_m(point_of(records.body("store")["point"]), DOOR) < 0.1

    # Bo is there, without a network; the phone foretells what the server will say.
    bo.syncs()
    network.cut()
    stand(bo, DOOR, 12)
    bo.goes_to("打卡")
    expect(bo.main.get_by_role("button", name=STORE_NAME)).to_be_visible()
    bo.button("取当前位置").click()
    expect(bo.main.get_by_text("已核实")).to_be_visible()
    expect(bo.main.get_by_text("定位在范围内。")).to_be_visible()
    expect(bo.main.get_by_role("img", name="图示：离目标 0 米 ±12")).to_be_visible()
    bo.button("打卡").click()
    bo.is_told("打卡已存本机")
    bo.main.get_by_role("button", name=f"离开，{STORE_NAME}").click()
    bo.is_told("离开已存本机")
    expect(bo.main.get_by_text("停留不到 1 分钟")).to_be_visible()

    # The phone gives no position: the code on the wall stands in, and nothing at all will do.
    assert bo.profile.context is not None
    bo.profile.context.clear_permissions()
    bo.button("取当前位置").click()
    expect(bo.main.get_by_text("手机没有允许定位。")).to_be_visible()
    expect(bo.main.get_by_text("没有定位也能打卡")).to_be_visible()
    has_no_barriers(bo)
    bo.button("扫店里的码").click()
    sheet = bo.sheet("扫墙上的登记码")
    sheet.get_by_label("或者输入海报上的编号").fill("不是码")
    sheet.get_by_role("button", name="用这个编号").click()
    expect(sheet.get_by_text("这不是门店的登记码。")).to_be_visible()
    ((poster_id,),) = records.query("SELECT id FROM posters WHERE org_id = ?", ORG)
    sheet.get_by_label("或者输入海报上的编号").fill(poster_id.upper())
    sheet.get_by_role("button", name="用这个编号").click()
    expect(bo.main.get_by_text("已记下店里的码，联网后核对。")).to_be_visible()
    expect(bo.main.get_by_text("基本可信")).to_be_visible()
    bo.button("打卡").click()
    bo.is_told("打卡已存本机")
    bo.button("不带位置打卡").click()
    bo.is_told("打卡已存本机")
    bo.is_offline_with(4)

    # And a moment later he is said to be in another town.
    bo.profile.context.grant_permissions(["geolocation"])
    stand(bo, FAR, 20)
    bo.button("取当前位置").click()
    expect(bo.main.get_by_text("定位在范围外。")).to_be_visible()
    bo.button("打卡").click()
    bo.is_told("打卡已存本机")
    network.restore()
    bo.syncs()
    assert [(each["grade"], each["reasons"]) for each in records.bodies("visit")] == [
        ("verified", ["inside", "brief"]),
        ("plausible", ["no_fix", "wall_code"]),
        ("uncertain", ["no_fix"]),
        ("uncertain", ["outside", "too_fast"]),
    ]
    sources = [each["fix_source"] for each in records.bodies("visit")]
    assert sources == ["gps", "denied", "not_asked", "gps"]
    bo.goes_to("打卡")
    expect(bo.main.get_by_text("没有定位：手机没有允许。")).to_be_visible()
    expect(bo.main.get_by_text("离上一次打卡太远，这点时间到不了。")).to_be_visible()

    # Lin looks at what is doubtful, and has the last word, one at a time; Bo reads it.
    lin.syncs()
    lin.opens("/me/visits")
    expect(lin.main.get_by_role("button", name="要看一眼 · 3")).to_be_visible()
    expect(lin.main.get_by_text("没有定位：没有点取位置。")).to_be_visible()
    lin.main.get_by_role("button", name="确认到过，薄文").first.dblclick()
    lin.is_told("已存本机，联网后同事也看得到")
    expect(lin.main.get_by_role("button", name="要看一眼 · 2")).to_be_visible()
    lin.syncs()
    assert records.counts("attestation") == {"attestation": 1}
    bo.syncs()
    bo.goes_to("打卡")
    expect(bo.main.get_by_text("店长已确认。")).to_be_visible()

    # The way there, for a map that has its own datum.
    bo.button("导航").click()
    link = bo.sheet(f"去 {STORE_NAME}").get_by_role("link", name="高德地图")
    moved = to_gcj02(DOOR)
    expect(link).to_have_attribute(
        "href",
        f"https://uri.amap.com/navigation?to={moved.lng:.6f}%2C{moved.lat:.6f}"
        "%2C%E4%BA%BA%E6%B0%91%E8%B7%AF%E5%BA%97&mode=car&coordinate=gaode&callnative=1",
    )
    assert distance_m(moved, point_of(POINT)) > 100
    assert theatre.faults() == []


@pytest.mark.browser
def test_a_check_in_that_is_begun_is_kept_made_once_and_taken_back(theatre: Theatre) -> None:
    stage, records, network = theatre.stage, theatre.records, theatre.proxy
    bo = Rep(theatre.profile("bo"), BO)
    lin = Manager(theatre.profile("lin", worker=False), LIN)
    for person in (lin, bo):
        person.signs_in(stage)
    photos = [theatre.folder / name for name in ("door.jpg", "thumb.jpg")]
    for photo in photos:
        photograph(photo)

    # Everything that was put in is there again, the next time and after the browser was closed.
    stand(bo, DOOR, 12)
    bo.goes_to("打卡")
    bo.button("取当前位置").click()
    expect(bo.main.get_by_text("已核实")).to_be_visible()
    bo.main.get_by_label("备注").fill("门口在修路")
    for photo in photos:
        bo.main.get_by_label("从相册选").set_input_files(photo)
        expect(bo.main.get_by_role("button", name="去掉照片")).to_have_count(
            1 + photos.index(photo)
        )
    bo.button("去掉照片 2").click()
    bo.goes_to("今日")
    bo.goes_to("打卡")
    expect(bo.main.get_by_label("备注")).to_have_value("门口在修路")
    network.cut()
    bo.page.reload()
    expect(bo.main.get_by_label("备注")).to_have_value("门口在修路")
    expect(bo.main.get_by_text("已核实")).to_be_visible()
    expect(bo.main.get_by_role("button", name="去掉照片")).to_have_count(1)

    # One check-in, however often the thumb came down; its grade is this phone's for now.
    taps_quickly(bo, bo.button("打卡"))
    expect(bo.main.get_by_label("备注")).to_have_value("")
    expect(bo.button("不带位置打卡")).to_be_enabled()
    expect(bo.main.get_by_text("手机先判的，待核对")).to_have_count(1)
    expect(bo.main.get_by_text("定位在范围内。")).to_be_visible()
    expect(bo.main.get_by_text("附了")).to_have_count(0)
    bo.is_offline_with(2)

    # One by mistake is taken back, and does not hide the way out of the real one.
    bo.button("不带位置打卡").click()
    back = bo.main.get_by_role("button", name=f"撤回，{STORE_NAME}")
    expect(back).to_have_count(2)
    has_no_barriers(bo)
    back.first.click()
    bo.sheet("撤回").get_by_role("button", name="撤回", exact=True).click()
    bo.is_told("已撤回")
    expect(back).to_have_count(1)
    expect(bo.main.get_by_role("button", name=f"离开，{STORE_NAME}")).to_be_visible()
    network.restore()
    bo.syncs()
    records.until(lambda: records.bodies("photo", state="stored") != [])
    bo.syncs()
    bo.goes_to("打卡")
    expect(bo.main.get_by_text("附了相册照片。")).to_be_visible()
    expect(bo.main.get_by_text("手机先判的，待核对")).to_have_count(0)
    expect(bo.main.get_by_label("备注")).to_have_value("")
    assert len(records.bodies("visit")) == 2

    # Lin is not asked about it, and sees that it was.
    lin.syncs()
    lin.opens("/me/visits")
    expect(lin.main.get_by_role("button", name="要看一眼 · 0")).to_be_visible()
    lin.pick("看哪些", "全部")
    expect(lin.main.get_by_text("已撤回")).to_have_count(1)
    expect(lin.main.get_by_role("button", name="确认到过，薄文")).to_have_count(1)
    assert theatre.faults() == []
