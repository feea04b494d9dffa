"""What is written below a photo: what the server itself knows or has checked, and whose word the
rest is. Pure.

Each line has a Latin form, for a machine without a Chinese font.
"""

from dataclasses import dataclass
from datetime import datetime

from server.clock import MINUTE_MS
from server.photos.codes import spell, visit_code
from server.photos.standing import Standing
from server.stores import qr

GRADES = {
    "verified": ("位置已核实", "place verified"),
    "confirmed": ("店长确认到过", "confirmed by the manager"),
    "plausible": ("位置自报，基本可信", "place claimed, plausible"),
    "uncertain": ("位置自报，待核实", "place claimed, not verified"),
}
HOW = {
    "camera": ("手机称用相机拍摄", "taken with the camera, says the phone"),
    "gallery": ("从相册选取", "picked from an album"),
    "older": ("录入，画面更早", "noted; the picture is older"),
    "unsaid": ("录入", "noted"),
}
BETWEEN = " · "

Line = tuple[str, str]


@dataclass(frozen=True)
class Mark:
    """`lines`: in Chinese and in Latin letters; `code`: the modules of a QR code, 1 for dark."""

    lines: tuple[Line, ...]
    code: tuple[str, ...]


def mark_of(standing: Standing, origin: str) -> Mark:
    link = link_to(standing, origin)
    modules = tuple("".join("01"[cell & 1] for cell in row) for row in qr.build(link, "m").matrix)
    return Mark(
        (
            place_line(standing),
            time_line(standing),
            who_line(standing),
            code_line(standing, origin),
        ),
        modules,
    )


def link_to(standing: Standing, origin: str) -> str:
    return f"{origin}/v/{standing.code}"


def place_line(standing: Standing) -> Line:
    name, code = standing.store_name, standing.store_code
    store = name, latin(name) or f"store {code}"
    if standing.where == "store":
        return store
    owner = f"所属门店 {store[0]}", f"belongs to {store[1]}"
    return join([("客户处", "at a customer's"), owner]) if standing.where == "home" else owner


def time_line(standing: Standing) -> Line:
    """The corrected time of the act; the server's own where they are not the same minute."""
    zh, en = HOW[standing.how]
    at, received = (say_time(standing, when) for when in (standing.at, standing.received_at))
    if abs(standing.received_at - standing.at) < MINUTE_MS:
        return f"{at} {zh}", f"{at} {en}"
    return f"{at} {zh}{BETWEEN}{received} 服务器收到", f"{at} {en}{BETWEEN}{received} received"


def who_line(standing: Standing) -> Line:
    name = standing.rep_name
    parts = [(name, latin(name))]
    if standing.visit_id:
        code = visit_code(standing.visit_id)
        parts.append((f"拜访 {code}", f"visit {code}"))
        parts.append(GRADES.get(standing.grade or "", ("", "")))
    return join(parts)


def code_line(standing: Standing, origin: str) -> Line:
    host, code = origin.removeprefix("https://").removeprefix("http://"), spell(standing.code)
    return f"核验码 {code}{BETWEEN}{host}/v", f"code {code}{BETWEEN}{host}/v"


def say_time(standing: Standing, at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, standing.zone):%Y-%m-%d %H:%M}"


def join(parts: list[Line]) -> Line:
    zh, en = (BETWEEN.join(each for each in column if each) for column in zip(*parts, strict=True))
    return zh, en


def latin(text: str) -> str:
    return text.encode("latin-1", "ignore").decode("latin-1").strip()
