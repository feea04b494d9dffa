"""A sheet of paper before a camera, in greys: how it lies, what it lies on, what the lens adds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw

Grey = Image.Image
Point = tuple[float, float]

FRAME = (1280, 960)
PAPER_CELL = 12
QUIET = 4
QUALITY = 88
GRAIN = (640, 480)


@dataclass
class Scene:
    """A photograph in the making: `corners` are the code's, clockwise, `cell` its smallest square,
    both in pixels of the picture; `degree` goes from 0, mild, to 1."""

    picture: Grey
    corners: list[Point]
    cell: float
    degree: float
    random: Random

    def between(self, mild: float, severe: float) -> float:
        return mild + (severe - mild) * self.degree

    def inside(self, x: float, y: float) -> Point:
        """A point of the code, by shares of its sides."""
        one, two, three, four = self.corners
        top = (one[0] + (two[0] - one[0]) * x, one[1] + (two[1] - one[1]) * x)
        low = (four[0] + (three[0] - four[0]) * x, four[1] + (three[1] - four[1]) * x)
        return top[0] + (low[0] - top[0]) * y, top[1] + (low[1] - top[1]) * y

    @property
    def side(self) -> float:
        return math.dist(self.corners[0], self.corners[1])


@dataclass(frozen=True)
class Pose:
    """How the sheet lies before the lens: the code's width in pixels; the far side's length as a
    share of the near one's, by width and by height; and the turn."""

    width: float = 330
    aside: float = 1.0
    back: float = 1.0
    turned: float = 0.0
    at: Point = (0.5, 0.5)
    frame: tuple[int, int] = FRAME


# The sheet and where it lies


def paper(code: Grey, ink: int = 20, white: int = 236) -> tuple[Grey, list[Point]]:
    """The code on a sheet, with lines of print around it; and where its corners are."""
    gap = QUIET * PAPER_CELL
    width, height = code.width + 4 * gap, code.height + 7 * gap
    sheet = Image.new("L", (width, height), white)
    left, top = 2 * gap, 3 * gap
    inked = code.point([ink + (white - ink) * level // 255 for level in range(256)])
    sheet.paste(inked, (left, top))
    pen = ImageDraw.Draw(sheet)
    for nth, share in enumerate((0.5, 0.8, 0.6)):
        y = gap * 0.7 if nth == 0 else top + code.height + gap * (0.7 + nth)
        pen.rectangle((left, y, left + code.width * share, y + gap // 2), fill=ink + 60)
    right, low = left + code.width, top + code.height
    return sheet, [(left, top), (right, top), (right, low), (left, low)]


def lay(
    sheet: Grey, corners: list[Point], pose: Pose, degree: float, random: Random, cells: float
) -> Scene:
    target = quadrangle(sheet, corners, pose)
    source: list[Point] = [(0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height)]
    forth = homography(source, target)
    placed = [through(forth, corner) for corner in corners]
    picture = table(pose.frame, random)
    # Drawn where it lies only: a frame is much larger.
    left, top = (math.floor(min(each[axis] for each in target)) - 1 for axis in (0, 1))
    right, low = (math.ceil(max(each[axis] for each in target)) + 1 for axis in (0, 1))
    back = homography([(x - left, y - top) for x, y in target], source)
    size = (right - left, low - top)
    shown = sheet.transform(size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC)
    mask = Image.new("L", sheet.size, 255).transform(size, Image.Transform.PERSPECTIVE, back)
    picture.paste(shown, (left, top), mask)
    return Scene(picture, placed, math.dist(placed[0], placed[1]) / cells, degree, random)


def quadrangle(sheet: Grey, corners: list[Point], pose: Pose) -> list[Point]:
    """Where the sheet's corners come to lie."""
    scale = pose.width / (corners[1][0] - corners[0][0])
    half = (sheet.width * scale / 2, sheet.height * scale / 2)
    angle = math.radians(pose.turned)
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        near_x = pose.aside if x > 0 else 1.0
        near_y = pose.back if y < 0 else 1.0
        # Foreshortened too: what is turned away is also narrower.
        dx = x * half[0] * near_y * (0.5 + pose.aside / 2)
        dy = y * half[1] * near_x * (0.5 + pose.back / 2)
        found.append(
            (
                pose.at[0] * pose.frame[0] + dx * math.cos(angle) - dy * math.sin(angle),
                pose.at[1] * pose.frame[1] + dx * math.sin(angle) + dy * math.cos(angle),
            )
        )
    return found


def table(size: tuple[int, int], random: Random) -> Grey:
    """A wooden counter: grain along it, darker to one side."""
    strip = Image.frombytes("L", (1, 64), bytes(random.randrange(110, 170) for _ in range(64)))
    grain = strip.resize(size, Image.Resampling.BICUBIC)
    shade = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(size)
    return Image.blend(grain, shade, 0.25)


# Light and lenses


def jpeg_of(picture: Grey) -> bytes:
    """With the warm tint of a shop's lamps."""
    coloured = Image.merge("RGB", (picture, picture, picture.point([n * 0.9 for n in range(256)])))
    written = BytesIO()
    coloured.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def noisy(picture: Grey, strength: float, random: Random) -> Grey:
    """`strength` is about the standard deviation; the sum of three even ones is a bell, nearly."""
    drawn = [Image.frombytes("L", GRAIN, random.randbytes(GRAIN[0] * GRAIN[1])) for _ in "123"]
    mixed = Image.blend(Image.blend(drawn[0], drawn[1], 0.5), drawn[2], 1 / 3)
    spread = strength / 42.5
    grain = mixed.point([128 + (level - 127.5) * spread for level in range(256)])
    noise = Image.new("L", picture.size)
    for x in range(0, picture.width, GRAIN[0]):
        for y in range(0, picture.height, GRAIN[1]):
            noise.paste(grain, (x, y))
    return ImageChops.add(picture, noise, 1, -128)


def shift(picture: Grey, dx: float, dy: float) -> Grey:
    across = (1, 0, -dx, 0, 1, -dy)
    return picture.transform(
        picture.size, Image.Transform.AFFINE, across, Image.Resampling.BILINEAR
    )


def homography(source: Sequence[Point], target: Sequence[Point]) -> list[float]:
    """The eight numbers that bring the four corners of one quadrangle to those of the other."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return solved(rows)


def solved(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan, the largest number of a column first."""
    size = len(rows)
    for column in range(size):
        best = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        rows[column] = [each / pivot for each in rows[column]]
        for row in range(size):
            if row != column:
                by = rows[row][column]
                rows[row] = [a - by * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]


def through(eight: list[float], point: Point) -> Point:
    a, b, c, d, e, f, g, h = eight
    x, y = point
    depth = g * x + h * y + 1
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
