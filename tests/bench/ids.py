"""UUIDv7 (RFC 9562) from a seeded source, so that runs can be repeated."""

import random
import uuid

BORN_MS = 1_760_000_000_000


def new_id(rnd: random.Random) -> str:
    stamp = BORN_MS + rnd.randrange(10**9)
    bits = stamp << 80 | 7 << 76 | rnd.getrandbits(12) << 64 | 2 << 62 | rnd.getrandbits(62)
    return str(uuid.UUID(int=bits))
