"""Where a robot may be: at its vendor, and nowhere else. So no URL leads into our own network."""

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

from server.errors import BadRequest

HOSTS = {
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
}
KINDS = tuple(HOSTS)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEYS = {"wecom": ("/cgi-bin/webhook/send", "key"), "dingtalk": ("/robot/send", "access_token")}
FEISHU_PATH = re.compile(r"/open-apis/bot/v2/hook/[\w-]+")
ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.A
)
SHOWN = 4


def check_url(kind: str, url: str, *, loopback: bool) -> None:
    """Raises BadRequest `not_the_vendor` or `not_a_robot`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadRequest("not_a_robot", field="url") from None
    if not url.isascii() or not url.isprintable() or " " in url or parts.fragment:
        raise BadRequest("not_a_robot", field="url")
    is_here = loopback and parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
    is_there = parts.scheme == "https" and parts.hostname in HOSTS[kind] and port in (None, 443)
    if parts.username is not None or not (is_here or is_there):
        raise BadRequest("not_the_vendor", field="url", hosts=list(HOSTS[kind]))
    if not has_key(kind, parts):
        raise BadRequest("not_a_robot", field="url")


def has_key(kind: str, parts: SplitResult) -> bool:
    if kind == "feishu":
        return bool(FEISHU_PATH.fullmatch(parts.path)) and not parts.query
    path, name = KEYS[kind]
    given = parse_qs(parts.query)
    # A copied example may be signed already; what is signed anew must not be there twice.
    return parts.path == path and set(given) == {name} and len(given[name]) == 1


def check_address(address: str) -> None:
    """Raises BadRequest `not_an_address`."""
    if len(address) > 254 or not ADDRESS.fullmatch(address):
        raise BadRequest("not_an_address", field="url")


def hint_of(kind: str, url: str) -> str:
    """Enough of it to tell two robots apart; a mail address is no secret to its owner."""
    return url if kind == "mail" else f"…{url[-SHOWN:]}"
