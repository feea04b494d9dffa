"""What a phone may write about leads. Everything else on these rows is the server's."""

from typing import Annotated, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
Line = Annotated[str, msgspec.Meta(max_length=200)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]


class Lead(msgspec.Struct, forbid_unknown_fields=True):
    """Written by a phone only together with its arrival and acceptance (self-reception)."""

    customer_id: Id
    store_id: Id
    arrival_id: Id
    need: Line = ""


class Acceptance(msgspec.Struct, forbid_unknown_fields=True):
    """Names the offer it answers; a self-reception has none."""

    lead_id: Id
    offer_id: Id | None = None


class Reassignment(msgspec.Struct, forbid_unknown_fields=True):
    """To oneself it is taking over."""

    lead_id: Id
    to_id: Id
    note: Note = ""


class Closing(msgspec.Struct, forbid_unknown_fields=True):
    lead_id: Id
    reason: Literal["opportunity", "no_need", "unreachable", "wrong_number", "test"]
    note: Note = ""


class Snooze(msgspec.Struct, forbid_unknown_fields=True):
    """`until` in ms UTC. What is `other` is said in the note."""

    lead_id: Id
    reason: Literal["with_them", "asked_for_time", "short_handed", "other"]
    until: Milliseconds
    note: Note = ""


class Attendance(msgspec.Struct, forbid_unknown_fields=True):
    """我在, after offers passed unanswered."""

    presence_id: Id


class LeadAcknowledgement(msgspec.Struct, forbid_unknown_fields=True):
    """我知道了."""

    lead_id: Id
