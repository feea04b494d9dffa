"""The only place, with `server/app.py`, where the server learns what time it is."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns milliseconds since 1970 in UTC."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def system_clock() -> int:
    return time.time_ns() // 1_000_000
