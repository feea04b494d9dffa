"""Settings, read once. Nothing else looks at the environment."""

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

DEFAULT_PORT = 8000
SECRET_BYTES = 32
BUILT = Path(__file__).parent.parent / "pwa" / "dist"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


SECURITIES = ("tls", "starttls", "none")
USUAL_PORTS = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, slots=True)
class Smtp:
    """A server that takes our mail. `sender` is the address that mails come from."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["tls", "starttls", "none"] = "tls"


@dataclass(frozen=True, slots=True)
class Config:
    """`keys` sign posters, passes, credentials and links: oldest first, the last one signs."""

    data: Path
    database_url: str
    keys: tuple[str, ...] = field(repr=False)
    origin: str
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    smtp: Smtp | None = None
    # Robots may be on this very machine: for tests and for trying things out.
    robot_loopback: bool = False
    # Signs what goes to push services. Empty: phones are not rung while the app is closed.
    push_key: str = field(default="", repr=False)
    # Names the numbers of people who were erased; unlike `keys` it is never replaced.
    digest_key: str = field(default="", repr=False)
    # Where pictures and recordings are kept: s3://bucket/prefix, say. Empty: in the data folder.
    blobs: str = ""
    # A bucket of this very machine may be asked without a certificate.
    blobs_plain: bool = False
    # The built app.
    app: Path = BUILT
    # The journal of erasures. None: beside the data folder, where no copy of it puts it back.
    erasures: Path | None = None

    @property
    def journal(self) -> Path:
        return self.erasures or self.data.parent / f"{self.data.name}-erasures.jsonl"

    @property
    def https(self) -> bool:
        return self.origin.startswith("https://")


def read_config(environ: Mapping[str, str] | None = None) -> Config:
    """Reads SHOPBELL_PORT, _HOST, _DATABASE_URL, _DATA, _SECRETS, _ORIGIN, _BLOBS,
    _APP, _ERASURES, _ROBOT_LOOPBACK and those of `read_smtp`.

    Makes the data folder, and in it a `secrets` file when no key was given, a `push-key` and a
    `digest-key`.
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("SHOPBELL_DATA", "data")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    port = int(env.get("SHOPBELL_PORT", DEFAULT_PORT))
    return Config(
        data=data,
        database_url=env.get("SHOPBELL_DATABASE_URL") or f"sqlite:///{data / 'shopbell.sqlite3'}",
        keys=given_keys(env.get("SHOPBELL_SECRETS", "")) or kept_keys(data / "secrets"),
        origin=env.get("SHOPBELL_ORIGIN", f"http://127.0.0.1:{port}").rstrip("/"),
        host=env.get("SHOPBELL_HOST", "127.0.0.1"),
        port=port,
        smtp=read_smtp(env),
        robot_loopback=env.get("SHOPBELL_ROBOT_LOOPBACK", "") == "1",
        push_key=kept_keys(data / "push-key", new_push_key)[0],
        digest_key=kept_keys(data / "digest-key")[0],
        blobs=env.get("SHOPBELL_BLOBS", ""),
        blobs_plain=env.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:"),
        app=Path(env.get("SHOPBELL_APP") or BUILT).resolve(),
        erasures=Path(env["SHOPBELL_ERASURES"]).resolve() if env.get("SHOPBELL_ERASURES") else None,
    )


def read_smtp(env: Mapping[str, str]) -> Smtp | None:
    """SHOPBELL_SMTP_HOST, _PORT, _FROM, _USER, _PASSWORD and _SECURITY; none without a host."""
    host = env.get("SHOPBELL_SMTP_HOST", "")
    if not host:
        return None
    security = env.get("SHOPBELL_SMTP_SECURITY", "tls")
    if security not in SECURITIES:
        raise ValueError(f"SHOPBELL_SMTP_SECURITY is one of {', '.join(SECURITIES)}")
    user = env.get("SHOPBELL_SMTP_USER", "")
    return Smtp(
        host=host,
        port=int(env.get("SHOPBELL_SMTP_PORT") or USUAL_PORTS[security]),
        sender=env.get("SHOPBELL_SMTP_FROM") or user,
        user=user,
        password=env.get("SHOPBELL_SMTP_PASSWORD", ""),
        security=cast(Literal["tls", "starttls", "none"], security),
    )


def given_keys(text: str) -> tuple[str, ...]:
    return tuple(key for key in text.replace(",", " ").split() if key)


def new_key() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def new_push_key() -> str:
    """A private key of the curve P-256: any number from 1 up to its order."""
    number = secrets.randbelow(P256_ORDER - 1) + 1
    return urlsafe_b64encode(number.to_bytes(SECRET_BYTES, "big")).decode().rstrip("=")


def kept_keys(path: Path, make: Callable[[], str] = new_key) -> tuple[str, ...]:
    """The keys in `path`, one a line. Made on first use, readable by the owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make() + "\n")
    return given_keys(path.read_text())
