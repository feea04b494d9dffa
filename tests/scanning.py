"""How the tests read what a phone's camera would."""

import io

import zxingcpp
from PIL import Image


def read_codes(picture: Image.Image | bytes) -> list[str]:
    """What the QR codes in a picture say. Nothing else counts: in a few of a thousand
    posters the strokes of their words pass for some other kind of bar code."""
    if isinstance(picture, bytes):
        with Image.open(io.BytesIO(picture)) as opened:
            return read_codes(opened.copy())
    qr = zxingcpp.BarcodeFormat.QRCode
    return [str(each.text) for each in zxingcpp.read_barcodes(picture) if each.format == qr]
