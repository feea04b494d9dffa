"""How the tests read what a phone's camera would."""

import io

import zxingcpp
from PIL import Image

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def read_codes(picture: Image.Image | bytes) -> list[str]:
    """What the QR codes in a picture say. Nothing else is looked for: in a few of a thousand
    posters the strokes of their words pass for some other kind of bar code."""
    if isinstance(picture, bytes):
        with Image.open(io.BytesIO(picture)) as opened:
            return read_codes(opened.copy())
    found = zxingcpp.read_barcodes(picture, QR)
    return [str(each.text) for each in found]
