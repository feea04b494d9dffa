"""Lengths of strangers, believed only as far as the bytes go."""


class Unsound(Exception):
    """The bytes are not what their container says they are."""


def demand(condition: bool) -> None:
    if not condition:
        raise Unsound


def cut(data: bytes, at: int, size: int) -> bytes:
    """Exactly `size` bytes. Raises Unsound where there are fewer."""
    demand(at >= 0 and size >= 0 and at + size <= len(data))
    return data[at : at + size]


def number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(cut(data, at, size))
