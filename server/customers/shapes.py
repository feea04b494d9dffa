"""What phones may write about customers: limits are the form's, so that nothing typed is cut."""

from typing import Annotated, Literal

import msgspec

Line20 = Annotated[str, msgspec.Meta(max_length=20)]
Line40 = Annotated[str, msgspec.Meta(max_length=40)]
Line60 = Annotated[str, msgspec.Meta(max_length=60)]
Line200 = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]

Source = Literal["poster", "staff", "referral", "other"]
Tier = Literal["A", "B", "C", "D"]


class PhoneFault(msgspec.Struct, forbid_unknown_fields=True):
    """Nobody has this number (空号), or somebody else has (打错). It names the number, so that a
    mark that comes late says nothing about the one written since."""

    phone: Line40
    why: Literal["dead", "wrong"]


class CustomerFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A customer's profile. `phone` may come in any spelling; it is stored canonical.

    `consent_anew`: somebody with this number was erased, and the customer has agreed again.
    """

    store_id: Id
    name: Line40 = ""
    salutation: Line20 = ""
    phone: Line40 = ""
    need: Line200 = ""
    budget: Line40 = ""
    community: Line60 = ""
    house_type: Line40 = ""
    wechat: Line40 = ""
    move_in: Line20 = ""
    source: Source = "staff"
    tier: Tier | None = None
    tags: Annotated[list[Line20], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=list)
    phone_fault: PhoneFault | None = None
    consent_anew: bool = False


class ConsentGiven(msgspec.Struct, forbid_unknown_fields=True):
    """Who saw which words, and how they agreed to them."""

    purpose: Literal["service", "marketing"]
    version: Line40
    how: Literal["own_phone", "verbal", "signed"]


class Guardian(msgspec.Struct, forbid_unknown_fields=True):
    """Who agreed for a customer under 14: nobody else's word counts for them (PIPL 31)."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    relation: Literal["mother", "father", "guardian"]


class ArrivalFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One scan or registration, as typed then; a correction stands beside it."""

    store_id: Id
    source: Literal["poster", "staff", "pass"]
    customer_id: Id | None = None
    card_id: Id | None = None
    lead_id: Id | None = None
    name: Line40 = ""
    salutation: Line20 = ""
    phone: Line40 = ""
    need: Line200 = ""
    position: Line40 = ""
    reception: Literal["me", "colleague", "none"] = "none"
    receiver_id: Id | None = None
    pass_: Line40 | None = msgspec.field(default=None, name="pass")
    consents: Annotated[list[ConsentGiven], msgspec.Meta(max_length=4)] = msgspec.field(
        default_factory=list
    )
    guardian: Guardian | None = None


class CommentFields(msgspec.Struct, forbid_unknown_fields=True):
    """Long text is a fact of its own, so that nobody overwrites it."""

    customer_id: Id
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ResolutionFields(msgspec.Struct, forbid_unknown_fields=True):
    """The value that won stays; restoring the other is a patch that cites the conflict."""

    conflict_id: Id
    choice: Literal["keep"]
