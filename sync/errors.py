"""What can be wrong with a message as a whole. One bad operation is an outcome, never an error."""


class SyncError(Exception):
    """The envelope itself cannot be judged; nothing in it was."""

    code = "invalid"


class Malformed(SyncError):
    """Not JSON, or not the JSON this protocol speaks."""

    code = "malformed"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TooLarge(SyncError):
    """Over one of the limits of `sync.wire`."""

    code = "too_large"

    def __init__(self, limit: str, allowed: int) -> None:
        super().__init__(f"{limit} is over {allowed}")
        self.limit = limit
        self.allowed = allowed


class NewerSchema(SyncError):
    """The phone speaks a schema this server does not know yet; it must wait (law 4)."""

    code = "newer_schema"


class ForeignCursor(SyncError):
    """A cursor that was not issued to this reader, or for an earlier life of the database."""

    code = "foreign_cursor"
