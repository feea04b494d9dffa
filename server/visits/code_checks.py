"""What somebody found where a code of ours should hang: ours, an old one, or one pasted over it.

Said at once, with or without signal, and never changed: it is what the police or the area manager
is shown.
"""

from typing import Annotated, Any

import msgspec

from server.customers.shapes import Id
from server.stores.duty import HEADS
from server.visits.doubts import find_held
from server.visits.walls import MATCH, VERDICTS, code_key
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of, staff_scope

LEADERS = frozenset({"manager", "area", "admin"})
TEXT_MOST = 400
FOREIGN_CODE = "foreign_code"
"""The deadline, due at once, and the kind of notice of a code that is not ours."""


class CodeCheckFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`text`: what was scanned, as it was read. `poster_id`: the code that the phone takes it for.
    `position`: where it hung."""

    store_id: Id
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MOST)]
    poster_id: Id | None = None
    position: Annotated[str, msgspec.Meta(max_length=20)] = ""
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


def check_store(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    if author.role != "admin" and fields["store_id"] not in author.store_ids:
        return Refusal("forbidden")
    return None


def judge_code(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """By what hangs now; `unknown` where nobody looked it up. Only a picture that was scanned is
    seen: the week's walk waits for it."""
    store_id, text, claimed = row.body["store_id"], row.body["text"], row.body.get("poster_id")
    verdict = next(
        (each for each in VERDICTS if find_held(ledger, *code_key(each, store_id, text))), "unknown"
    )
    is_sure = claimed is not None and find_held(ledger, *code_key(MATCH, store_id, text, claimed))
    if verdict == "ours" and claimed is not None and not is_sure:
        return Refusal("invalid", "poster_id")
    ledger.change(row, verdict=verdict)
    if verdict == "foreign":
        ledger.schedule(FOREIGN_CODE, row.id, ledger.now)
    return None


def place(row: Row, root: Row) -> tuple[str, ...]:
    """A foreign one reaches those too who answer for the store and hold no desk."""
    is_foreign = row.body.get("verdict") == "foreign"
    heads = [root.body.get(field) for field in HEADS] if is_foreign else []
    people = [staff_scope(id) for id in (row.author or "", *heads) if id is not None]
    return scopes_of(*people, desk_scope(root.id))


code_check = Entity(
    name="code_check",
    kind="fact",
    shape=CodeCheckFields,
    policies={"verdict": "server"},
    create_roles=LEADERS,
    parent=("store_id",),
    under=frozenset({"store"}),
    references=("store_id",),
    prepare=check_store,
    effects=judge_code,
    place=place,
)
