"""What a camera sees, and what it takes."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

COUNTER = (720, 720)
FRAMES = 24
GPS_IFD, ORIENTATION = 0x8825, 0x0112
EXIF_IFD, TAKEN_AT, OFFSET = 0x8769, 0x9003, 0x9011
ROTATED = 6


def film(path: Path, shown: bytes | None = None) -> None:
    """What the fake camera plays: a counter, with the picture `shown` held before it, if any.

    An MJPEG stream is JPEGs one after the other.
    """
    frame = Image.new("RGB", COUNTER, (214, 208, 196))
    if shown is not None:
        held = Image.open(BytesIO(shown)).convert("RGB")
        held.thumbnail((560, 560))
        frame.paste(held, ((COUNTER[0] - held.width) // 2, (COUNTER[1] - held.height) // 2))
    jpeg = BytesIO()
    frame.save(jpeg, "JPEG", quality=92)
    reel(path, jpeg.getvalue())


def reel(path: Path, jpeg: bytes) -> None:
    # A new file: the camera may still hold the old one.
    path.unlink(missing_ok=True)
    path.write_bytes(jpeg * FRAMES)


def photograph(path: Path) -> None:
    """A photo of a kitchen plan that also says where it was taken and which way up it is."""
    picture = Image.new("RGB", (2400, 1800), (246, 243, 236))
    pen = ImageDraw.Draw(picture)
    for nth in range(60):
        left, top = 37 * nth % 2200, 53 * nth % 1600
        pen.rectangle((left, top, left + 180, top + 140), outline=(20, nth * 4, 90), width=6)
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (30.0, 14.0, 56.0), 3: "E", 4: (120.0, 9.0, 55.0)})
    picture.save(path, "JPEG", quality=90, exif=exif)


def shoot(path: Path, at: datetime, colour: tuple[int, int, int]) -> None:
    """A photo whose camera wrote down when it took it."""
    exif = Image.Exif()
    told = {TAKEN_AT: f"{at:%Y:%m:%d %H:%M:%S}", OFFSET: f"{at:%z}"[:3] + ":00"}
    exif.get_ifd(EXIF_IFD).update(told)
    Image.new("RGB", (640, 480), colour).save(path, "JPEG", exif=exif)


def says_where(jpeg: bytes) -> bool:
    with Image.open(BytesIO(jpeg)) as picture:
        return bool(picture.getexif())
