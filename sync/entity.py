"""What a slice says about one kind of row: its shape, its policies, its place and its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from sync.merge import Policy
from sync.placement import ORGANISATION
from sync.row import Row

if TYPE_CHECKING:
    from sync.ledger import Ledger

Key = tuple[str, str]
"""A hard key: (kind, value), unique in the organisation."""

EVERYONE = frozenset({"rep", "clerk", "manager", "area", "admin"})


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote the operations of a push, as the server knows them.

    What is `past` was theirs at some moment since the device's previous contact, and `recent` are
    the rows that left their scopes since then: reports are judged by these too (law 7).
    `owned` customers, and `claimed_at` (ms) those claimed lately, are counted only for claims that
    have a limit.
    """

    staff_id: str
    role: str
    device: str
    store_ids: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    accepts_leads: bool = False
    owned: int = 0
    claimed_at: tuple[int, ...] = ()
    recent: frozenset[str] = frozenset()
    past_roles: frozenset[str] = frozenset()
    past_store_ids: frozenset[str] = frozenset()
    past_scopes: frozenset[str] = frozenset()

    def acts_as(self, roles: frozenset[str], is_claim: bool) -> bool:
        """Whether one of these roles is, or for a report was, this author's."""
        return self.role in roles or (not is_claim and not roles.isdisjoint(self.past_roles))

    def reports_from(self, store_id: str) -> bool:
        """Whether this author works, or worked until just now, at the store."""
        return store_id in self.store_ids or store_id in self.past_store_ids


class Refusal(msgspec.Struct, frozen=True):
    """Why an operation is not applied. `who` and `when` (ms) only where the author may know.

    `aftermath` writes what stays although the unit is undone: a candidate for a person, say.
    """

    code: str
    field: str | None = None
    who: str | None = None
    when: int | None = None
    aftermath: Callable[[Ledger, Author], None] | None = None


class Wanted(msgspec.Struct):
    """Rows and hard keys that must be loaded before judging."""

    ids: list[str] = msgspec.field(default_factory=list)
    keys: list[Key] = msgspec.field(default_factory=list)


def nothing_wanted(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted()


def no_keys(fields: dict[str, Any]) -> list[Key]:
    return []


def no_own_keys(staff_id: str) -> list[Key]:
    return []


def no_natural_key(fields: dict[str, Any], ledger: Ledger) -> Key | None:
    return None


def accept_fields(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    return None


def no_parent_key(fields: dict[str, Any]) -> Key | None:
    return None


def no_effects(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    return None


def no_patch_effects(
    row: Row, fields: dict[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    return None


def nothing_joined(held: Row, alias_id: str, ledger: Ledger, author: Author) -> None:
    return None


def nothing_corrected(fact: Row, ledger: Ledger, author: Author) -> Refusal | None:
    return None


def no_trees(named: Row, ledger: Ledger) -> list[str]:
    return []


def last_part(row: Row) -> int:
    return 2


def with_root(row: Row, root: Row) -> tuple[str, ...]:
    return root.scopes


def beside(row: Row, root: Row) -> tuple[str, ...]:
    """With its tree. In one that everybody has it stays where its effects put it, with what it is
    about."""
    return row.scopes if ORGANISATION in root.scopes else root.scopes


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of row.

    `shape`: a msgspec Struct of the fields a phone may write (forbid_unknown_fields); None means
      that only the server writes such rows. A patch may carry any subset of them.
    `policies`: how concurrent patches merge, a field each; fields not named are `register`.
    `create_roles`, `patch_roles`: who may write.
    `claim`: judged on the present; else a report, judged on the rights since the last contact.
    `parent`: fields that may name the parent, in order of preference; () makes every row a root.
    `under`: the kinds of root it may hang from; empty where any will do.
    `parent_key`: the hard key that names it where no field does (a scanned pass, say).
    `references`: fields naming rows that must exist and be visible to the author.
    `keys`: hard keys to load for given fields.  `own_keys`: for their author, by staff id.
    `neighbours`: what the rules read around a stored row of this kind, given the store ids that
      the operations name.
    `natural_key`: a creation whose key is taken becomes part of the row that has it (law 19).
    `prepare`: normalises the author's fields in place before creation or patch, or refuses.
    `effects`: what a new row does to others; it may still refuse, which undoes its whole unit.
    `patch_effects`: what follows from a patch already merged (derived fields, moved keys).
    `joined`: what follows when another creation became part of a row of this kind.
    `correctable`: fields for which a correction may stand; None: such a fact stands for ever.
    `corrected`: what follows from a correction.
    `trees`: roots whose whole trees the effects read, from the row that the parent field names.
    `place`: the row's scopes; `root` is the row itself where it is one.  `part`: law 29.
    `outlives`: it stays where it is placed although its root was deleted.
    """

    name: str
    kind: Literal["fact", "profile", "server"]
    shape: type[msgspec.Struct] | None = None
    policies: Mapping[str, Policy] = msgspec.field(default_factory=dict)
    create_roles: frozenset[str] = EVERYONE
    patch_roles: frozenset[str] = frozenset()
    claim: bool = False
    parent: tuple[str, ...] = ()
    under: frozenset[str] = frozenset()
    parent_key: Callable[[dict[str, Any]], Key | None] = no_parent_key
    references: tuple[str, ...] = ()
    keys: Callable[[dict[str, Any]], list[Key]] = no_keys
    own_keys: Callable[[str], list[Key]] = no_own_keys
    neighbours: Callable[[Row, frozenset[str]], Wanted] = nothing_wanted
    natural_key: Callable[[dict[str, Any], Ledger], Key | None] = no_natural_key
    prepare: Callable[[dict[str, Any], Ledger, Author], Refusal | None] = accept_fields
    effects: Callable[[Row, Ledger, Author], Refusal | None] = no_effects
    patch_effects: Callable[[Row, dict[str, Any], Ledger, Author], Refusal | None] = (
        no_patch_effects
    )
    joined: Callable[[Row, str, Ledger, Author], None] = nothing_joined
    correctable: frozenset[str] | None = None
    corrected: Callable[[Row, Ledger, Author], Refusal | None] = nothing_corrected
    trees: Callable[[Row, Ledger], list[str]] = no_trees
    place: Callable[[Row, Row], tuple[str, ...]] = with_root
    part: Callable[[Row], int] = last_part
    outlives: bool = False

    def scopes_of(self, row: Row, root: Row) -> tuple[str, ...]:
        """Law 18: a tree leaves with its root, wherever else its rows would be placed."""
        is_gone = row.deleted or (root.deleted and not self.outlives)
        return () if is_gone else self.place(row, root)


Entities = Mapping[str, Entity]


class FieldFault(msgspec.Struct, frozen=True):
    """Why fields do not fit a shape."""

    code: Literal["invalid", "unknown_field"]
    field: str | None


def check_creation(entity: Entity, fields: dict[str, Any]) -> FieldFault | None:
    return check_fields(entity.shape, fields) if entity.shape else FieldFault("invalid", None)


def check_patch(entity: Entity, fields: dict[str, Any]) -> FieldFault | None:
    """A patch names at least one field, and each value must fit; sets carry add and remove."""
    if entity.shape is None or not fields:
        return FieldFault("invalid", None)
    return check_fields(patch_shape(entity.shape, frozenset(set_fields(entity))), fields)


def set_fields(entity: Entity) -> list[str]:
    return [field for field, policy in entity.policies.items() if policy == "set"]


def check_fields(shape: type[msgspec.Struct], fields: dict[str, Any]) -> FieldFault | None:
    try:
        msgspec.convert(fields, type=shape)
    except msgspec.ValidationError as error:
        return fault_of(str(error))
    return None


def fault_of(message: str) -> FieldFault:
    """msgspec names the place as "… - at `$.field`", or the field between back-quotes."""
    quoted = message.split("`")
    unknown = "unknown field" in message
    named = quoted[1] if len(quoted) > 1 else None
    if " - at `$." in message:
        named = message.rsplit("`$.", 1)[1].rstrip("`").split(".")[0].split("[")[0]
    elif named is not None and not (unknown or "missing required field" in message):
        named = None
    return FieldFault("unknown_field" if unknown else "invalid", named)


def set_patch(elements: Any) -> type[msgspec.Struct]:
    """How a patch changes a set whose creation carries `elements`, a list type with its limits."""
    fields: list[tuple[str, Any, Any]] = [
        (name, elements, msgspec.field(default_factory=list)) for name in ("add", "remove")
    ]
    return msgspec.defstruct("SetPatch", fields, forbid_unknown_fields=True)


_patch_shapes: dict[tuple[type[msgspec.Struct], frozenset[str]], type[msgspec.Struct]] = {}


def patch_shape(shape: type[msgspec.Struct], sets: frozenset[str]) -> type[msgspec.Struct]:
    """The shape of a patch: the creation's fields, all optional. Remembered: it never changes."""
    known = _patch_shapes.get((shape, sets))
    if known is None:
        fields = [
            (field.name, set_patch(field.type) if field.name in sets else field.type, msgspec.UNSET)
            for field in msgspec.structs.fields(shape)
        ]
        optional = [(name, kind | msgspec.UnsetType, default) for name, kind, default in fields]
        known = msgspec.defstruct(f"{shape.__name__}Patch", optional, forbid_unknown_fields=True)
        _patch_shapes[shape, sets] = known
    return known
