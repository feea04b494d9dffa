"""WeCom's side of its address book's callback, written from the vendor's page 加解密方案说明."""

import base64
import hashlib
import os
import struct
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.conftest import MovableClock

CORP, TOKEN = "wx5823bf96d3bd56c7", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
PADDED_TO = 32


class AddressBook:
    def __init__(self, client: httpx.AsyncClient, clock: MovableClock, path: str) -> None:
        self.client, self.clock = client, clock
        self.corp, self.token, self.path = CORP, TOKEN, path

    async def tell(self, change: str, user_id: str, *, at: int = 1, **said: str) -> httpx.Response:
        return await self.send(letter(change, user_id, at, **said))

    async def send(self, text: str, age_s: int = 0) -> httpx.Response:
        """As the vendor sends a letter, sealed anew each time."""
        sealed = seal(text, self.corp)
        return await self.post(sealed, self.signed(sealed, age_s))

    async def post(self, sealed: str, query: dict[str, str]) -> httpx.Response:
        body = f"<xml><ToUserName>{self.corp}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        return await self.client.post(self.path, content=body, params=query)

    async def prove(self, echo: str) -> httpx.Response:
        sealed = seal(echo, self.corp)
        query = {**self.signed(sealed, 0), "echostr": sealed}
        return await self.client.get(self.path, params=query)

    def signed(self, sealed: str, age_s: int) -> dict[str, str]:
        stamp, nonce = str(self.clock() // 1000 - age_s), str(int.from_bytes(os.urandom(4), "big"))
        parts = "".join(sorted((self.token, stamp, nonce, sealed)))
        signature = hashlib.sha1(parts.encode()).hexdigest()
        return {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}


def letter(change: str, user_id: str, at: int = 1, **said: str) -> str:
    told = {"ToUserName": CORP, "FromUserName": "sys", "CreateTime": str(at), "MsgType": "event"}
    told |= {"Event": "change_contact", "ChangeType": change, "UserID": user_id, **said}
    lines = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in told.items())
    nested = "<ExtAttr><Item><Name>x</Name><Text><Value>UserID</Value></Text></Item></ExtAttr>"
    return f"<xml>{lines}{nested}</xml>"


def seal(text: str, corp: str) -> str:
    key = base64.b64decode(AES_KEY + "=")
    data = os.urandom(16) + struct.pack(">I", len(text.encode())) + text.encode() + corp.encode()
    padding = PADDED_TO - len(data) % PADDED_TO
    data += bytes([padding]) * padding
    sealing = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealing.update(data) + sealing.finalize()).decode()
