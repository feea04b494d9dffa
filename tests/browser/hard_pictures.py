"""Sixty photographs that are hard to read: passes, posters, business cards and labels under bad
light, from aside, blurred, half covered. Always the same sixty.

The codes are Zint's, which neither prints our posters nor reads codes. Each kind goes from mild to
severe.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import cast

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from zxingcpp import BarcodeFormat

from tests.browser.photography import (
    FRAME,
    PAPER_CELL,
    Grey,
    Pose,
    Scene,
    jpeg_of,
    lay,
    noisy,
    paper,
    shift,
    table,
)

LARGE = (4000, 3000)


@dataclass(frozen=True)
class Content:
    """What is encoded, and what the phone must say about it: a title and a line below it."""

    text: str
    title: str
    line: str
    format: BarcodeFormat = BarcodeFormat.QRCode
    level: str = "M"


@dataclass(frozen=True)
class Hard:
    kind: str
    content: Content
    jpeg: bytes


PASSES = [
    Content(f"https://bell.example/pass/{code}", "客户的登记码", f"{code[:4]} {code[4:]}")
    for code in ("K7P2XW9H", "M3RZT8QA", "H4VX9D2C", "W6TB3NEK")
]
POSTERS = [
    Content(f"https://bell.example/r/demo.{token}", "门店海报", "海报", level="Q")
    for token in ("eyJ2IjoxLCJwIjoiMDE5YyJ9.q8Zk-3TzVw", "eyJ2IjoxLCJwIjoiMDE5ZCJ9.Xk02_LmPao")
]
CARDS = [
    Content(
        f"BEGIN:VCARD\nVERSION:3.0\nN:{name};;;;\nFN:{name}\nTEL;TYPE=CELL:{phone}\nEND:VCARD",
        "名片",
        name,
    )
    for name, phone in (("孙立群", "13800138001"), ("钱小雨", "13700137002"))
]
NUMBERS = [Content("SN:SB20417A0093", "产品或设备编号", "SB20417A0093")]
QR_CONTENTS = [each for four in zip(PASSES, [*POSTERS, *CARDS], strict=True) for each in four]
QR_CONTENTS += NUMBERS
BARS = [
    Content("6901234567892", "商品条码", "6901234567892", BarcodeFormat.EAN13),
    Content("SB-20417-A", "产品或设备编号", "SB-20417-A", BarcodeFormat.Code128),
    Content("96385074", "商品条码", "96385074", BarcodeFormat.EAN8),
    Content("036000291452", "商品条码", "036000291452", BarcodeFormat.UPCA),
]


def sixty() -> Iterator[Hard]:
    for kind, (spoil, count) in KINDS.items():
        for nth in range(count):
            yield photograph(kind, spoil, nth, count)


def empty() -> Iterator[bytes]:
    """What looks like a code from far off and is none."""
    for nth, draw in enumerate((slats, tiles, print_on_paper, leaves)):
        yield jpeg_of(noisy(draw(Random(nth)), 12, Random(nth)))


def photograph(kind: str, spoil: "Spoil", nth: int, count: int) -> Hard:
    random = Random(f"{kind} {nth}")
    contents = BARS if kind == "bars" else QR_CONTENTS
    content = contents[(nth + len(kind)) % len(contents)]
    return Hard(kind, content, photograph_of(content, spoil, nth / (count - 1), random))


def photograph_of(content: Content, spoil: "Spoil", degree: float, random: Random) -> bytes:
    scene = spoil(content, degree, random)
    return jpeg_of(noisy(scene.picture, 5, random))


# What is photographed


def code_of(content: Content, cell: int = PAPER_CELL) -> Grey:
    level = {"ec_level": content.level} if content.format == BarcodeFormat.QRCode else {}
    code = zxingcpp.create_barcode(content.text, content.format, **level)
    # It is a buffer, which its types do not say.
    drawn = memoryview(cast(bytes, code.to_image(scale=1, add_quiet_zones=False)))
    height, width = cast(tuple[int, int], drawn.shape)
    small = Image.frombytes("L", (width, height), drawn.tobytes())
    if content.format != BarcodeFormat.QRCode:
        small = small.resize((width, width // 2), Image.Resampling.NEAREST)
    return small.resize((small.width * cell, small.height * cell), Image.Resampling.NEAREST)


# What is between it and the lens

Spoil = Callable[[Content, float, Random], Scene]


def scene_of(content: Content, degree: float, random: Random, pose: Pose, **inks: int) -> Scene:
    code = code_of(content)
    sheet, corners = paper(code, **inks)
    return lay(sheet, corners, pose, degree, random, code.width / PAPER_CELL)


def usual(random: Random, width: float = 330) -> Pose:
    """As a hand holds it: never quite straight."""
    return Pose(
        width=width,
        aside=random.uniform(0.9, 1.0),
        back=random.uniform(0.9, 1.0),
        turned=random.uniform(-8, 8),
        at=(random.uniform(0.42, 0.58), random.uniform(0.42, 0.58)),
    )


def from_aside(content: Content, degree: float, random: Random) -> Scene:
    far = 0.8 - 0.42 * degree
    aside, back = random.choice(((far, 1.0), (1.0, far), (far, (1 + far) / 2)))
    pose = Pose(400, aside, back, random.uniform(-15, 15))
    return scene_of(content, degree, random, pose)


def out_of_focus(content: Content, degree: float, random: Random) -> Scene:
    scene = scene_of(content, degree, random, usual(random))
    blur = ImageFilter.GaussianBlur(scene.cell * scene.between(0.3, 0.65))
    scene.picture = scene.picture.filter(blur)
    return scene


def moved(content: Content, degree: float, random: Random) -> Scene:
    scene = scene_of(content, degree, random, usual(random))
    length, angle = scene.cell * scene.between(0.7, 1.7), random.uniform(0, math.pi)
    steps = 8
    sums = scene.picture
    for step in range(1, steps):
        away = length * step / (steps - 1)
        shifted = shift(scene.picture, away * math.cos(angle), away * math.sin(angle))
        sums = Image.blend(sums, shifted, 1 / (step + 1))
    scene.picture = sums
    return scene


def in_the_dark(content: Content, degree: float, random: Random) -> Scene:
    """Little light: the sensor's own noise is nearly as strong as what it sees."""
    scene = scene_of(content, degree, random, usual(random))
    dark = scene.picture.point([level * 0.45 + 8 for level in range(256)])
    scene.picture = noisy(dark, scene.between(22, 55), random)
    return scene


def under_a_lamp(content: Content, degree: float, random: Random) -> Scene:
    """A lamp's reflection wipes out a part, a veil lies over half of the rest."""
    scene = scene_of(content, degree, random, usual(random))
    width, height = scene.picture.size
    light = Image.new("L", (width, height), 0)
    radius = scene.side * scene.between(0.07, 0.16)
    x, y = scene.inside(random.uniform(0.35, 0.95), random.uniform(0.35, 0.95))
    pen = ImageDraw.Draw(light)
    pen.ellipse((x - radius * 1.4, y - radius, x + radius * 1.4, y + radius), fill=255)
    light = light.filter(ImageFilter.GaussianBlur(radius / 3))
    veil = Image.radial_gradient("L").resize((int(scene.side * 3),) * 2)
    thin = ImageChops.invert(veil).point([max(0, level - 75) * 0.7 for level in range(256)])
    over = Image.new("L", (width, height), 0)
    over.paste(thin, (int(x - scene.side * 1.5), int(y - scene.side * 1.5)))
    scene.picture = ImageChops.add(ImageChops.screen(scene.picture, over), light)
    return scene


def faded(content: Content, degree: float, random: Random) -> Scene:
    """A print that the sun has bleached, with a shadow across it."""
    ink = int(205 - 78 * (1 - degree))
    scene = scene_of(content, degree, random, usual(random), ink=ink, white=220)
    pen = ImageDraw.Draw(shadow := Image.new("L", scene.picture.size, 255))
    x, y = scene.inside(0.5, random.uniform(0.2, 0.8))
    pen.polygon([(0, y - 80), (x, y), (2 * x, y + 60), (2 * x, 2000), (0, 2000)], fill=130)
    shade = shadow.filter(ImageFilter.GaussianBlur(scene.cell))
    scene.picture = ImageChops.multiply(scene.picture, shade)
    return scene


def covered(content: Content, degree: float, random: Random) -> Scene:
    """A thumb over the corner without a finder, a logo in the middle or a sticker on a side."""
    scene = scene_of(content, degree, random, usual(random))
    pen = ImageDraw.Draw(scene.picture)
    where = random.choice(((1.0, 1.0), (0.5, 0.5), (0.55, 0.98), (1.0, 0.55)))
    share = scene.between(0.18, 0.34) * (0.55 if where == (0.5, 0.5) else 1)
    x, y = scene.inside(*where)
    reach = scene.side * share / (1 if where == (1.0, 1.0) else 2)
    box = (x - reach, y - reach, x + reach, y + reach)
    if where == (0.5, 0.5):
        pen.rounded_rectangle(box, reach / 4, fill=240)
        pen.ellipse((x - reach / 2, y - reach / 2, x + reach / 2, y + reach / 2), fill=90)
    else:
        pen.ellipse(box, fill=148)
    return scene


def inverted(content: Content, degree: float, random: Random) -> Scene:
    """Light on dark, as a screen in its dark mode shows it."""
    scene = scene_of(content, degree, random, usual(random), ink=225, white=30)
    blur = ImageFilter.GaussianBlur(scene.cell * scene.between(0.1, 0.5))
    scene.picture = noisy(scene.picture.filter(blur), scene.between(6, 24), random)
    return scene


def far_off(content: Content, degree: float, random: Random) -> Scene:
    """Small in a large photo: a poster across the room."""
    cells = code_of(content, 1).width
    at = (random.uniform(0.2, 0.8), random.uniform(0.2, 0.8))
    cell = 5.5 - 2.8 * degree
    pose = Pose(cells * cell, 0.95, 1.0, random.uniform(-6, 6), at, LARGE)
    code = code_of(content, 4)
    sheet, corners = paper(code)
    soft = sheet.filter(ImageFilter.GaussianBlur(0.8 * 4 / cell))
    return lay(soft, corners, pose, degree, random, cells)


def turned(content: Content, degree: float, random: Random) -> Scene:
    pose = Pose(300, 0.85, 0.95, 25 + 310 * degree)
    scene = scene_of(content, degree, random, pose)
    scene.picture = scene.picture.filter(ImageFilter.GaussianBlur(scene.cell * 0.2))
    return scene


def barred(content: Content, degree: float, random: Random) -> Scene:
    """Bars on a label: aside, a little blurred, one in four upright."""
    upright = 90 if random.random() < 0.25 else 0
    pose = Pose(460, 1 - 0.3 * degree, 1.0, upright + random.uniform(-14, 14))
    scene = scene_of(content, degree, random, pose)
    blur = ImageFilter.GaussianBlur(scene.cell * scene.between(0.15, 0.45))
    scene.picture = noisy(scene.picture.filter(blur), scene.between(5, 18), random)
    return scene


KINDS: dict[str, tuple[Spoil, int]] = {
    "from aside": (from_aside, 6),
    "out of focus": (out_of_focus, 5),
    "moved": (moved, 5),
    "in the dark": (in_the_dark, 5),
    "under a lamp": (under_a_lamp, 6),
    "faded": (faded, 5),
    "covered": (covered, 6),
    "inverted": (inverted, 4),
    "far off": (far_off, 6),
    "turned": (turned, 4),
    "bars": (barred, 8),
}


# Pictures without a code


def slats(random: Random) -> Grey:
    """A wall of narrow boards: bars to whoever looks for bars."""
    picture = Image.new("L", FRAME, 210)
    pen = ImageDraw.Draw(picture)
    x = 0
    while x < FRAME[0]:
        width = random.choice((4, 4, 8, 8, 12, 16))
        pen.rectangle((x, 0, x + width, FRAME[1]), fill=random.randrange(30, 90))
        x += width + random.choice((4, 8, 12))
    return picture


def tiles(random: Random) -> Grey:
    """Black and white, square beside square."""
    small = Image.frombytes("L", (64, 48), bytes(random.choice((25, 230)) for _ in range(64 * 48)))
    return small.resize(FRAME, Image.Resampling.NEAREST)


def print_on_paper(random: Random) -> Grey:
    picture = Image.new("L", FRAME, 235)
    pen = ImageDraw.Draw(picture)
    for y in range(30, 930, 26):
        x = 40
        while x < 1220:
            width = random.randrange(4, 30)
            pen.rectangle((x, y, x + width, y + 15), fill=40)
            x += width + random.randrange(3, 12)
    return picture


def leaves(random: Random) -> Grey:
    return noisy(table(FRAME, random), 70, random).filter(ImageFilter.GaussianBlur(2))
