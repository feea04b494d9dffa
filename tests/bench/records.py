"""Ten thousand customers of about 400 bytes and twelve fields, the same ones for every run."""

import random
from typing import Any

from tests.bench.ids import new_id

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
NEEDS = (
    "想看三室两厅全屋定制，主卧要衣帽间，孩子房要书桌",
    "问餐桌到货时间，想配六把椅子，家里有老人，要稳",
    "旧房翻新，厨房台面要换岩板，预算还在商量",
    "新房明年交付，先看沙发和床垫，周末再带家人来",
)


def make_customers(count: int, store_id: str, seed: int = 7) -> list[tuple[str, dict[str, Any]]]:
    """(id, fields) of customers whose phones all differ."""
    rnd = random.Random(seed)
    start = seed * 1_000_000
    return [(new_id(rnd), make_customer(start + n, store_id, rnd)) for n in range(count)]


def make_customer(n: int, store_id: str, rnd: random.Random) -> dict[str, Any]:
    return {
        "name": rnd.choice(FAMILY) + rnd.choice(GIVEN) + rnd.choice(GIVEN),
        "salutation": rnd.choice(("先生", "女士")),
        "phone": f"+861{3_000_000_000 + n * 7 + rnd.randrange(7)}",
        "need": rnd.choice(NEEDS),
        "budget": f"{rnd.randrange(2, 40)} 万",
        "community": f"阳光花园{rnd.randrange(1, 9)}期 {rnd.randrange(1, 30)} 栋",
        "house_type": f"三室两厅 {rnd.randrange(70, 180)} 平",
        "wechat": f"wx_{rnd.randrange(10**8)}",
        "move_in": rnd.choice(("明年三月", "年底", "看情况")),
        "source": "staff",
        "tier": rnd.choice("ABCD"),
        "store_id": store_id,
    }
