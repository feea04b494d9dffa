"""Letters from WeCom: who may have written them, and what they say. Pure.

The rules are the vendor's, "加解密方案说明": a SHA-1 over token, time, nonce and what is sealed;
AES-256-CBC, padded to 32 bytes; inside, 16 random bytes, a length, the letter and for whom it is.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from xml.parsers.expat import ExpatError, ParserCreate

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

MINUTE_S = 60
FRESH_S = 5 * MINUTE_S
AES_KEY_BYTES, AES_KEY_LETTERS = 32, 43
BLOCK_BITS = 256
NOISE_BYTES, LENGTH_BYTES = 16, 4
DEEPEST = 8


class BadLetter(Exception):
    """Not from WeCom, not for us, too old, or not a letter at all."""


@dataclass(frozen=True)
class Seals:
    """What WeCom and we have agreed on; `aes_key` as WeCom shows it."""

    corp_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


def open_letter(seals: Seals, sealed: str, query: Mapping[str, str], now: int) -> str:
    """Raises BadLetter. The signature comes first: to others nothing tells what else was wrong."""
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    signature = sign(seals.token, stamp, nonce, sealed)
    if not hmac.compare_digest(signature.encode(), query.get("msg_signature", "").encode()):
        raise BadLetter("signature")
    if not stamp.isdecimal() or abs(int(stamp[:12]) - now // 1000) > FRESH_S:
        raise BadLetter("time")
    return unseal(seals, sealed)


def sign(token: str, stamp: str, nonce: str, sealed: str) -> str:
    return sha1("".join(sorted([token, stamp, nonce, sealed])).encode()).hexdigest()


def unseal(seals: Seals, sealed: str) -> str:
    key = read_key(seals.aes_key)
    try:
        opening = Cipher(AES(key), CBC(key[:NOISE_BYTES])).decryptor()
        padded = opening.update(b64decode(sealed, validate=True)) + opening.finalize()
        unpadding = PKCS7(BLOCK_BITS).unpadder()
        data = (unpadding.update(padded) + unpadding.finalize())[NOISE_BYTES:]
        length = int.from_bytes(data[:LENGTH_BYTES], "big")
        rest = data[LENGTH_BYTES:]
        letter, addressee = rest[:length].decode(), rest[length:].decode()
    except ValueError as error:
        raise BadLetter("seal") from error
    if addressee != seals.corp_id:
        raise BadLetter("addressee")
    return letter


def read_key(text: str) -> bytes:
    """Raises ValueError for what WeCom never gave out."""
    key = b64decode(text + "=")
    if len(text) != AES_KEY_LETTERS or len(key) != AES_KEY_BYTES:
        raise ValueError(f"WeCom's EncodingAESKey has {AES_KEY_LETTERS} letters and digits")
    return key


def read_xml(text: str | bytes) -> dict[str, str]:
    """The texts right below the root. Raises BadLetter, also for anything that declares a document
    type: entities come from there, and no letter needs them."""
    reader, path, said = ParserCreate("utf-8"), list[str](), dict[str, str]()

    def start(name: str, _: object) -> None:
        path.append(name)
        if len(path) > DEEPEST:
            raise BadLetter("depth")

    def hear(data: str) -> None:
        if len(path) == 2:
            said[path[1]] = said.get(path[1], "") + data

    def refuse(*_: object) -> None:
        raise BadLetter("doctype")

    reader.StartElementHandler, reader.EndElementHandler = start, lambda _: path.pop()
    reader.CharacterDataHandler, reader.StartDoctypeDeclHandler = hear, refuse
    try:
        reader.Parse(text, True)
    except (ExpatError, ValueError) as error:
        raise BadLetter("xml") from error
    return said
