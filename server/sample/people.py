"""Two hundred customers who differ, the same ones at every start."""

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from server.sample import phrases
from server.sample.cast import BINJIANG, DEMO, RENMIN

CUSTOMERS = 200
PREFIXES = ("38", "39", "58", "86", "33", "77")
Story = Literal["fresh", "new", "active", "dormant", "closed", "pool", "fading", "rivals"]
_STORIES: tuple[tuple[Story, int], ...] = (
    ("fresh", 3), ("new", 9), ("active", 88), ("dormant", 40), ("closed", 34), ("pool", 15),
    ("fading", 8), ("rivals", 3),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """One customer to be: the profile, and how the story goes."""

    number: int
    story: Story
    profile: dict[str, Any]


def invent() -> list[Cast]:
    stories = [story for story, count in _STORIES for _ in range(count)]
    used: set[str] = set()
    return [invent_one(number, story, used) for number, story in enumerate(stories)]


def invent_one(number: int, story: Story, used: set[str]) -> Cast:
    random = Random(f"xinju {number}")
    at_renmin = story in ("fresh", "rivals")
    store = RENMIN if at_renmin else random.choices((RENMIN, BINJIANG, DEMO), (6, 3, 1))[0]
    profile = {
        **name_person(random, used),
        "store_id": store,
        "phone": f"+861{random.choice(PREFIXES)}0000{1000 + number * 37}",
        "need": random.choice(phrases.NEEDS),
        "budget": random.choice(phrases.BUDGETS),
        "community": random.choice(phrases.COMMUNITIES) + f" {random.randint(1, 28)} 栋",
        "house_type": random.choice(phrases.HOUSES),
        "wechat": f"wx_{random.randrange(16**6):06x}" if random.random() < 0.5 else "",
        "move_in": random.choice(phrases.MOVE_IN),
        "source": random.choices(("poster", "staff", "referral", "other"), (6, 3, 2, 1))[0],
        "tier": choose_tier(random, story),
        "tags": sorted(random.sample(phrases.TAGS, random.randint(0, 3))),
    }
    return Cast(number, story, profile)


def name_person(random: Random, used: set[str]) -> dict[str, str]:
    while True:
        surname, title = random.choice(phrases.SURNAMES), random.choice(("先生", "女士"))
        name = surname + random.choice(phrases.GIVEN)
        if name not in used:
            used.add(name)
            return {"name": name, "salutation": surname + title}


def choose_tier(random: Random, story: Story) -> str | None:
    if story in ("fresh", "new"):
        return None
    return random.choices(("A", "B", "C", "D", None), (2, 4, 3, 1, 1))[0]
