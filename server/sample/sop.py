"""What the sample's stores work by: phrases, answers to objections, and what they ask beside."""

from typing import Any

from server.followups.library import find_initials
from server.sample.cast import BO, make_id
from server.sample.phrases import SCRIPTS
from sync import Ledger

# What customers say, with what else one would look for, and an answer that was found good.
OBJECTIONS = (
    (
        "太贵了",
        "价格 优惠 报价 expensive",
        "同样的柜体，贵在板材和五金。您看重哪一样，我们把钱花在那里，别的可以换。",
        "The price is in boards and fittings. Say which matters to you, and we spend there.",
    ),
    (
        "别家报价低",
        "对比 隔壁 差价 cheaper",
        "您把他们的报价给我看看，我一项一项对：板材、封边、五金、安装，差在哪里就清楚了。",
        "Show me their offer. We compare boards, edges, fittings and installation one by one.",
    ),
    (
        "再考虑考虑",
        "犹豫 商量 think",
        "应该的。您主要在想哪一点？我把这一点的资料发给您，周末给您回个电话。",
        "Of course. Which point is it? I send you what we have on it and call at the weekend.",
    ),
    (
        "怕有味道",
        "环保 甲醛 检测 smell",
        "这一批的检测报告在这里，您扫码就能查到原件。装好我们免费再测一次。",
        "Here is the report of this batch, with its original. We measure again at your home.",
    ),
    (
        "交期太长",
        "工期 入住 delivery",
        "您哪天要用，我往前倒推。写进合同，晚一天按合同赔。",
        "When do you need it? I count back from there, and it goes into the contract.",
    ),
    (
        "要问家里人",
        "先生 太太 做主 family",
        "我把两套方案做成图，您今晚给家里看。方便的话周六一起来，我把时间留好。",
        "I make pictures of both versions for tonight. Come together on Saturday.",
    ),
)
# At the first meeting, and while somebody decides.
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "首次到店",
        "stage": "first",
        "requires": ["mood"],
        "questions": [
            {
                "id": "family",
                "step": "needs",
                "must": True,
                "zh": "家里几口人住？",
                "en": "How many people live there?",
                "choices": ["1–2", "3–4", "5+"],
            },
            {"id": "decides", "step": "needs", "zh": "谁做主？", "en": "Who decides?"},
            {"id": "seen", "step": "proposal", "zh": "看中了哪几样？", "en": "What do they like?"},
        ],
        "photos": [
            {"id": "plan", "zh": "户型图", "en": "Floor plan"},
            {"id": "liked", "zh": "看中的样品", "en": "Pieces they liked"},
        ],
        "examples": {"needs": "三口人，厨房 6.2 米，橱柜到顶，水槽换到窗边，预算 5 万上下。"},
        "credit_id": BO.id,
    },
    {
        "name": "谈方案的客户",
        "stage": "opportunity",
        "tiers": ["A", "B"],
        "requires": ["breakthrough"],
        "questions": [
            {
                "id": "compares",
                "step": "proposal",
                "must": True,
                "zh": "还在比哪家？",
                "en": "Whom else do they compare?",
            },
            {"id": "day", "step": "revisit", "zh": "打算哪天定？", "en": "When do they decide?"},
        ],
        "photos": [{"id": "offer", "zh": "别家的报价单", "en": "The other offer"}],
    },
)


def write_sop(ledger: Ledger) -> None:
    for step, phrases in SCRIPTS.items():
        for nth, (zh, en) in enumerate(phrases):
            write_phrase(ledger, make_id("script", step, nth), {"step": step, "zh": zh, "en": en})
    for nth, objection in enumerate(OBJECTIONS):
        write_phrase(ledger, make_id("objection", nth), answer_to(*objection))
    for nth, template in enumerate(TEMPLATES):
        id = make_id("template", nth)
        ledger.create("template", id, id, dict(template))


def write_phrase(ledger: Ledger, id: str, body: dict[str, Any]) -> None:
    ledger.create("script", id, id, {**body, "initials": find_initials(body)})


def answer_to(title: str, keywords: str, zh: str, en: str) -> dict[str, Any]:
    told = {"step": "objection", "kind": "objection", "title": title, "keywords": keywords}
    return {**told, "zh": zh, "en": en}
