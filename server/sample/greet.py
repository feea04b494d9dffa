"""What `make run` prints: a link for each role, and a poster to scan."""

from server.config import Config
from server.db import Database
from server.identity.links import Link, link_for
from server.sample.cast import BO, CAST, DEMO, ORG_CODE, ORG_ID, PASSWORD, STORES, Person
from server.stores import qr
from server.stores.posters import sign
from server.stores.queries import list_posters

TRY = f"""试一试：用手机或另一个窗口打开这张海报登记，看 {BO.name} 的铃响。
Try it: open this poster in another window, register, and watch the bell of {BO.name} ring."""
ROLES = {
    "manager": "店长 Manager",
    "area": "区域经理 Area manager",
    "rep": "销售顾问 Rep",
    "clerk": "店员 Clerk",
    "admin": "管理员 Administrator",
}


async def greet(database: Database, config: Config, now: int) -> str:
    """Text for the terminal. The links sign in whoever opens them, for a day."""
    people = "\n".join(_introduce(person, config, now) for person in CAST)
    return f"{people}\n\n密码 Password: {PASSWORD}\n\n{await _show_poster(database, config)}"


def _introduce(person: Person, config: Config, now: int) -> str:
    link = link_for(config.keys, Link(ORG_ID, ORG_CODE, person.id), now)
    return f"{ROLES[person.role]} {person.name} ({person.login})\n  {config.origin}{link}"


async def _show_poster(database: Database, config: Config) -> str:
    """Every poster's link; last, and to scan, the demo store's, which is open at any hour."""
    async with database.read() as connection:
        posters = await list_posters(connection, ORG_ID)
    lines, link = [], ""
    for poster in sorted(posters, key=lambda poster: poster.store_id == DEMO):
        link = f"{config.origin}/r/{sign(config.keys, poster)}"
        lines.append(f"{STORES[poster.store_id]['name']} {poster.position} ({poster.id})\n  {link}")
    return "海报 Posters\n" + "\n".join(lines) + f"\n\n{TRY}\n\n{qr.to_terminal(link)}"
