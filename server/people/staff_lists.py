"""A staff list as people have it: a table, its head line in Chinese or English. Pure."""

import csv
from collections.abc import Iterator, Mapping, Sequence

from server.people.entries import Entry, Problem

HEADS = {
    "name": ("姓名", "name"),
    "login": ("登录名", "账号", "login"),
    "phone": ("手机", "手机号", "电话", "phone"),
    "role": ("角色", "岗位", "职位", "role"),
    "stores": ("门店", "store", "stores"),
    "accepts_leads": ("接新客户", "接单", "accepts leads"),
    "skills": ("技能", "skills"),
    "external_id": ("工号", "employee id"),
}
ROLES = {
    "rep": ("销售顾问", "销售", "顾问", "导购", "rep", "consultant"),
    "clerk": ("店员", "clerk"),
    "manager": ("店长", "manager", "store manager"),
    "area": ("区域经理", "area", "area manager"),
    "admin": ("管理员", "admin"),
}
YES, NO = ("是", "接", "y", "yes", "1", "true"), ("否", "不接", "n", "no", "0", "false")
SEPARATORS = "、，,;；/"
LINES_MOST = 2000


def read_list(rows: Sequence[Sequence[str]]) -> tuple[list[Entry], list[Problem]]:
    """Lines are counted as the person sees them: the head is line 1."""
    if not rows:
        return [], [Problem(1, "missing", "name")]
    columns = [field_of(head) for head in rows[0]]
    if absent := [name for name in ("name", "role") if name not in columns]:
        return [], [Problem(1, "missing", name) for name in absent]
    if len(rows) > LINES_MOST:
        return [], [Problem(LINES_MOST + 1, "too_long", "lines")]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, cells in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in cells):
            said = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
            problems += find_unknown(line, said)
            entries.append(entry_of(line, said))
    return entries, problems


def rows_in_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(decode(data).splitlines()))


def decode(data: bytes) -> str:
    """UTF-8, or what Chinese Excel saves."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def field_of(head: str) -> str:
    plain = head.strip().casefold()
    return next((name for name, heads in HEADS.items() if plain in heads), "")


def find_unknown(line: int, said: Mapping[str, str]) -> Iterator[Problem]:
    if role := said.get("role"):
        if role_of(role) is None:
            yield Problem(line, "unknown", "role", role)
    else:
        yield Problem(line, "missing", "role")
    accepts = said.get("accepts_leads", "")
    if accepts and accepts.casefold() not in (*YES, *NO):
        yield Problem(line, "unknown", "accepts_leads", accepts)


def role_of(text: str) -> str | None:
    plain = text.casefold()
    return next((role for role, words in ROLES.items() if plain in words), None)


def entry_of(line: int, said: Mapping[str, str]) -> Entry:
    accepts = said.get("accepts_leads", "").casefold()
    return Entry(
        line=line,
        name=said.get("name", ""),
        login=said.get("login", ""),
        phone=said.get("phone", ""),
        role=role_of(said.get("role", "")),
        stores=several(said.get("stores", "")) or None,
        accepts_leads=accepts in YES if accepts else None,
        skills=several(said.get("skills", "")) or None,
        external_id=said.get("external_id", ""),
    )


def several(text: str) -> tuple[str, ...]:
    for each in SEPARATORS:
        text = text.replace(each, "\n")
    return tuple(part.strip() for part in text.splitlines() if part.strip())
