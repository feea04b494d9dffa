"""The chain of the sample: 欣居家居, its three stores and the people of the cast."""

from dataclasses import dataclass
from typing import Any

from sync import Author, derive_id

ORG_CODE = "xinju"
ORG_NAME = "欣居家居"
ZONE = "Asia/Shanghai"
PASSWORD = "shopbell"


def make_id(*parts: str | int) -> str:
    """The same id at every start, so that printed links and bookmarks stay good."""
    return derive_id("sample", *parts)


ORG_ID = make_id("organisation")
RENMIN, BINJIANG, DEMO = (make_id("store", name) for name in ("renmin", "binjiang", "demo"))


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: str
    stores: tuple[str, ...]
    accepts_leads: bool = False

    @property
    def id(self) -> str:
        return make_id("staff", self.login)

    @property
    def author(self) -> Author:
        return Author(
            staff_id=self.id,
            role=self.role,
            device="sample",
            store_ids=self.stores,
            accepts_leads=self.accepts_leads,
        )

    @property
    def body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "role": self.role,
            "store_ids": list(self.stores),
            "accepts_leads": self.accepts_leads,
            "state": "active",
        }


LIN = Person("lin", "林静", "manager", (RENMIN, DEMO), accepts_leads=False)
QIAO = Person("qiao", "乔志远", "area", (RENMIN, BINJIANG, DEMO))
BO = Person("bo", "薄文", "rep", (RENMIN, DEMO), accepts_leads=True)
CHEN = Person("chen", "陈晨", "rep", (RENMIN,), accepts_leads=True)
WU = Person("wu", "吴越", "rep", (BINJIANG,), accepts_leads=True)
XIA = Person("xia", "夏荷", "clerk", (RENMIN, DEMO))
HUA = Person("hua", "华敏", "admin", (RENMIN, BINJIANG, DEMO))
CAST = (LIN, QIAO, BO, CHEN, WU, XIA, HUA)

_WEEK = [[[600, 1320]]] * 5 + [[[570, 1320]]] * 2
_ALWAYS = [[[0, 1440]]] * 7


def _store(
    name: str, code: str, manager: Person, point: tuple[float, float], **other: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "code": code,
        "zone": ZONE,
        "hours": _WEEK,
        "closures": [],
        "openings": {},
        "patience_s": 1800,
        "point": {"lat": point[0], "lng": point[1]},
        "fence_m": 200,
        "manager_id": manager.id,
        "deputy_id": None,
        "area_id": QIAO.id,
        **other,
    }


STORES = {
    RENMIN: _store("人民路店", "renmin", LIN, (30.24891, 120.16522), address="人民路 88 号"),
    BINJIANG: _store("滨江店", "binjiang", QIAO, (30.20843, 120.21177), address="江南大道 1200 号"),
    DEMO: _store("演示店", "demo", LIN, (30.27408, 120.15515), hours=_ALWAYS, patience_s=120),
}
SELLERS = {RENMIN: (BO, CHEN), BINJIANG: (WU,), DEMO: (BO,)}
POSITIONS = {
    RENMIN: ("门口", "收银台", "餐厅展区"),
    BINJIANG: ("门口", "电梯口"),
    DEMO: ("门口",),
}
