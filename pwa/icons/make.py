"""Draws the application's icons: `python pwa/icons/make.py`. The SVG is the master; the PNGs follow its shape.

Pillow has no SVG reader, so the same curves are drawn here as polygons, eight times too large, and reduced.
"""

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
PUBLIC = HERE.parent / "public"
GREEN, WHITE = (11, 110, 99, 255), (255, 255, 255, 255)
Point = tuple[float, float]


def curve(a: Point, b: Point, c: Point, d: Point, steps: int = 24) -> list[Point]:
    """Points of a cubic Bézier curve."""
    points = []
    for i in range(steps + 1):
        t = i / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        points.append(tuple(sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1)))
    return points


def bell() -> list[Point]:
    """The right half of the body from the top, then its mirror; in the 512 units of the SVG."""
    right = [(256, 112), *curve((256, 112), (272, 112), (272, 120), (272, 140))]
    right += curve((272, 140), (328, 148), (370, 195), (370, 253))
    right += [(370, 297), *curve((370, 297), (370, 327), (382, 349), (400, 363))]
    right += curve((400, 363), (408, 369), (404, 384), (392, 384))
    return right + [(512 - x, y) for x, y in reversed(right)]


def draw(size: int, *, scale: float, rounded: bool) -> Image.Image:
    """One icon; `scale` shrinks the bell into the safe zone of a maskable icon."""
    big = size * 8
    image = Image.new("RGBA", (big, big), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, big, big), radius=big * 0.219 if rounded else 0, fill=GREEN)

    def placed(points: list[Point]) -> list[Point]:
        return [tuple((256 + (v - 256) * scale) * big / 512 for v in point) for point in points]

    pen.polygon(placed(bell()), fill=WHITE)
    (left, top), (right, bottom) = placed([(216, 368), (296, 440)])
    pen.pieslice((left, top, right, bottom), 0, 180, fill=WHITE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    icons = {
        "icon-192.png": draw(192, scale=1, rounded=True),
        "icon-512.png": draw(512, scale=1, rounded=True),
        "icon-maskable-512.png": draw(512, scale=0.78, rounded=False),
        "apple-touch-icon.png": draw(180, scale=0.9, rounded=False),
    }
    for name, image in icons.items():
        image.quantize(64).save(PUBLIC / name, optimize=True)
    (PUBLIC / "icon.svg").write_text((HERE / "bell.svg").read_text())


main()
