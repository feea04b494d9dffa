"""What `make run` prints: a link for each role, and a poster to scan."""

from server.config import Config
from server.db import Database
from server.identity.links import Link, link_for
from server.sample.cast import CAST, DEMO, ORG_CODE, ORG_ID, PASSWORD, STORES, Person
from server.stores import qr
from server.stores.posters import sign
from server.stores.queries import list_posters

ROLES = {
    "manager": "店长",
    "area": "区域经理",
    "rep": "销售顾问",
    "clerk": "店员",
    "admin": "管理员",
}


async def greet(database: Database, config: Config, now: int) -> str:
    """Text for the terminal. The links sign in whoever opens them, for a day."""
    people = "\n".join(_introduce(person, config, now) for person in CAST)
    return f"{people}\n\n密码 Password: {PASSWORD}\n\n{await _show_poster(database, config)}"


def _introduce(person: Person, config: Config, now: int) -> str:
    link = link_for(config.keys, Link(ORG_ID, ORG_CODE, person.id), now)
    return f"{ROLES[person.role]} {person.name} ({person.login})\n  {config.origin}{link}"


async def _show_poster(database: Database, config: Config) -> str:
    """Every poster's link, and the demo store's to scan: it is open at any hour."""
    async with database.read() as connection:
        posters = await list_posters(connection, ORG_ID)
    lines, scanned = [], ""
    for poster in posters:
        link = f"{config.origin}/r/{sign(config.keys, poster)}"
        lines.append(f"{STORES[poster.store_id]['name']} {poster.position} ({poster.id})\n  {link}")
        if poster.store_id == DEMO:
            scanned = qr.to_terminal(link)
    return "海报 Posters\n" + "\n".join(lines) + f"\n\n{scanned}"
