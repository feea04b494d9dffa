"""Every change of a customer's owner goes through one function; nothing else may write the field.

Rules that watch over owners (the pool, its cool-off, warnings) hold only if no way leads past them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIELD = "owner_id"
DOOR = ("server/leads/offers.py", "change_owner")
CREATION = ("server/customers/customer.py", "begin")
# Answers and questions that only say whose customer it is.
COPIES = {
    ("server/customers/candidates.py", "describe"),
    ("server/leads/eligibility.py", "ask_of"),
    ("server/pool/routes.py", "name_customer"),
}


def writes(tree: ast.AST) -> Iterator[int]:
    """Lines that set the field: as an argument's name, a key of a display, or an item."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (node.lineno for word in node.keywords if word.arg == FIELD)
        elif isinstance(node, ast.Dict):
            yield from (node.lineno for key in node.keys if is_field(key))
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from [node.lineno] * is_field(node.slice)
        elif isinstance(node, ast.DictComp):
            yield from [node.lineno] * is_field(node.key)


def is_field(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == FIELD


def writers() -> set[tuple[str, str]]:
    found = set()
    for path in [*(ROOT / "server").rglob("*.py"), *(ROOT / "sync").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        for line in writes(tree):
            around = [f for f in functions if f.lineno <= line <= (f.end_lineno or 0)]
            name = max(around, key=lambda f: f.lineno).name if around else ""
            found.add((path.relative_to(ROOT).as_posix(), name))
    return found


def test_nothing_but_the_one_door_writes_who_owns_a_customer() -> None:
    assert writers() - COPIES == {DOOR, CREATION}


def test_phones_cannot_write_it() -> None:
    from server.customers.customer import SERVER_FIELDS, entity

    assert FIELD in SERVER_FIELDS
    assert entity.policies[FIELD] == "server"
    assert entity.shape is not None
    assert FIELD not in entity.shape.__struct_encode_fields__


def test_the_scan_sees_every_way_of_writing() -> None:
    ways = [
        "ledger.change(row, owner_id=x)",
        "row.body = {**row.body, 'owner_id': x}",
        "row.body['owner_id'] = x",
        "dict(owner_id=x)",
        "del body['owner_id']",
        "{'owner_id': x for x in y}",
    ]
    assert [len(list(writes(ast.parse(way)))) for way in ways] == [1] * len(ways)
    assert not list(writes(ast.parse("x = row.body['owner_id']; f(owner_id)")))
