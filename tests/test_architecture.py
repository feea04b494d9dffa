"""The rules of the house that a machine can check: who imports whom, sizes, names, purity, keys."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import server.app  # noqa: F401  every table, through every slice
from server.db import metadata

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "server").rglob("*.py"), *(ROOT / "sync").rglob("*.py")])
MAX_LINES = 400
MAX_FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 8
BANNED = {"utils", "helpers", "services", "managers", "common"}

# Each room may import those before it. `sync` is nobody's guest and everybody's neighbour.
ORDER = [
    ["errors", "config", "clock"],
    ["db"],
    ["attempts", "ground", "intake", "pages"],
    ["rows"],
    ["identity"],
    ["stores"],
    ["customers"],
    ["notify"],
    ["leads"],
    ["followups", "visits", "photos"],
    ["duplicates", "people", "pool"],
    ["collisions"],
    ["privacy"],
    ["exchange"],
    ["front"],
    ["app", "sample"],
    ["cli"],
]
HEIGHT = {room: height for height, rooms in enumerate(ORDER) for room in rooms}
IMPURE = {
    "asyncio", "threading", "socket", "os", "io", "pathlib", "time", "random", "secrets",
    "logging", "subprocess", "sqlite3", "sqlalchemy", "starlette", "server",
}  # fmt: skip
CLOCK_READERS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names; `from server import rows` counts as server.rows."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "server").parts[0].removesuffix(".py")


def rooms_imported(path: Path) -> set[str]:
    parts = [name.split(".") for name in imports_of(path)]
    return {each[1] for each in parts if each[0] == "server" and len(each) > 1} & HEIGHT.keys()


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def in_server(path: Path) -> bool:
    return path.is_relative_to(ROOT / "server") and "migrations" not in path.parts


@pytest.mark.parametrize("path", [path for path in MODULES if in_server(path)], ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    here = room_of(path)
    if here == "__init__":
        return
    assert here in HEIGHT, "a new room: say in ORDER what it may import"
    others = rooms_imported(path) - {here}
    upward = {there for there in others if HEIGHT[there] >= HEIGHT[here]}
    assert not upward


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_fit_on_a_page_or_two(path: Path) -> None:
    if "versions" in path.parts:
        return
    assert len(path.read_text().splitlines()) <= MAX_LINES
    assert not [name for name, lines in functions_of(path) if lines > MAX_FUNCTION_LINES]


def test_half_of_all_functions_are_short() -> None:
    lengths = sorted(
        lines for path in MODULES if "versions" not in path.parts for _, lines in functions_of(path)
    )
    assert lengths[len(lengths) // 2] <= MEDIAN_FUNCTION_LINES


def test_every_module_is_about_something() -> None:
    named = {part.removesuffix(".py") for path in MODULES for part in path.relative_to(ROOT).parts}
    assert not named & BANNED


@pytest.mark.parametrize("path", sorted((ROOT / "sync").rglob("*.py")), ids=name_of)
def test_the_protocol_touches_nothing(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(path)} & IMPURE
    assert "open(" not in path.read_text()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nobody_looks_at_the_clock(path: Path) -> None:
    if path.name in ("clock.py",):
        return
    called = {
        ast.unparse(node.func) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)
    }
    assert not called & CLOCK_READERS


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_settings_are_read_in_one_place(path: Path) -> None:
    if path != ROOT / "server" / "config.py":
        text = path.read_text()
        assert not [each for each in ("environ.get", "environ[", "getenv(") if each in text]


def test_every_primary_key_begins_with_the_organisation() -> None:
    first_columns = {
        name: [column.name for column in table.primary_key.columns][:1]
        for name, table in metadata.tables.items()
    }
    assert {name for name, first in first_columns.items() if first != ["org_id"]} == set()


def test_no_foreign_key_is_needed_to_stay_in_the_organisation() -> None:
    crossing = [
        f"{name}.{key.parent.name}"
        for name, table in metadata.tables.items()
        for key in table.foreign_keys
    ]
    assert crossing == []
