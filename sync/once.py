"""A value worked out when it is first asked for, and kept with its holder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """functools.cached_property without its lock, which before Python 3.12 costs more than what
    is kept."""

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self.work_out = work_out
        self.name = work_out.__name__

    @overload
    def __get__(self, holder: None, owner: type) -> once[T]: ...

    @overload
    def __get__(self, holder: object, owner: type) -> T: ...

    def __get__(self, holder: object | None, owner: type) -> once[T] | T:
        if holder is None:
            return self
        value = holder.__dict__[self.name] = self.work_out(holder)
        return value
