"""What the robots say. The one place where the server writes sentences: a chat has no client.

Whatever a customer typed is made harmless first: no mentions, no markup, no full numbers.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from server.customers.names import mask_name

BODY_BYTES = 1400
"""A sentence, so that it fits with its link into the smallest message of all, WeCom's 2048."""

ELLIPSIS = "…"
# Whatever people put between digits, but for what ends a clause.
_DIGITS = re.compile(r"\d(?:[^\w，。；、]{0,3}\d){6,}")
_ADDRESS = re.compile(r"://|\.(?=[A-Za-z])")
_MARKUP = str.maketrans(
    {"<": "＜", ">": "＞", "@": "＠", "[": "［", "]": "］", "`": "｀", "*": "＊"}
)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")

SENTENCES = {
    "offer": "【新客】{store}：{name}{wants}。已派给 {to}，请在 {patience} 内接单。",
    "nudge": "【请接单】{store}：{name} 已等 {waited}，{to} 还没有接单。",
    "next": "【转派】{store}：{name} 已等 {waited}，{missed_by} 没有接单，现在派给 {to}。",
    "warning": "【快超时】{store}：{name} 已等 {waited}，{to} 再不接单就升级到负责人。",
    "escalated": "【升级】{store}：{name} 已等 {waited}，{missed_by} 没有接单，现在由 {to} 负责。",
    "nobody_eligible": "【升级】{store}：{name}{wants}。现在没有人能接单，由 {to} 负责。",
    "absent": "【升级】{store}：{name} 已等 {waited}，还没人接单；{missed_by} 不在，由 {to} 负责。",
    "first_follow_up": "【升级】{store}：{name} 该首次跟进了，{missed_by} 还没跟进，请 {to} 处理。",
    "ring": "【再次到店】{store}：{name} 又来了，请 {to} 接待。",
    "away": "【暂不派单】{store}：{to} 连续两次没有接单，新客户先派给同事。"
    "回来了请打开门铃点“我在”。",
    "release_warning": "【将回公共池】{store}：{to} 的 {customers}要回公共池，"
    "最早 {until}，请尽快联系。",
    "released": "【已回公共池】{store}：{to} 的 {customers}联系了没有回音，已回公共池。",
    "never_tried": "【已回公共池】{store}：{to} 的 {customers}一直没有联系，已回公共池。",
    "reclaimed": "【已回公共池】{store}：{missed_by} 的 {customers}一直没有人联系，已收回公共池，"
    "请 {to} 安排。",
    "left_behind": "【待交接】{store}：{one} 已离职，还有 {left}没有交接，请 {to} 打开门铃交接。",
    "collision": "【撞单】{store}：{one} 和 {other} 都登记了 {name}，请 {to} 打开门铃来定。",
    "foreign_code": "【假码】{store}{place}：{one} 查到一张不是我们的码{leads}。别扫、别付款，"
    "撕下来收好，请 {to} 马上处理。",
    "corrects": "【客户要求更正】{store}：{name} 说资料有误，请 {to} 打开门铃看备注。",
    "asks_erasure": "【客户要求删除】{store}：有人用 {name} 的号码登记后要求删除资料，"
    "请 {to} 先核实是不是本人。",
    "withdrew": "【客户撤回同意】{store}：{name} 撤回了接待同意，请 {to} 不要再联系。",
    "erasure_due": "【删除要求】{store}：{name} 要求删除资料，{days}，请 {to} 处理。",
    "self_erased": "【资料已删除】{store}：一位客户撤回了同意，资料已全部删除，"
    "请 {to} 不要再联系。",
}
SPOKEN = ("store", "to", "missed_by", "one", "other", "until", "place")
DIGEST = "还有 {count} 条提醒："
ACKNOWLEDGE = "{name}收到请点：{link}"
TEST = "【测试】{store}：门铃的提醒会发到这里。收到这条就是设好了。"


def say(kind: str, facts: Mapping[str, Any]) -> str:
    """The sentence for a bell. `waited_s` and `patience_s` are seconds of store time."""
    if kind == "escalated" and facts.get("reason") in ("nobody_eligible", "absent"):
        kind = str(facts["reason"])
    if kind == "released" and facts.get("reason") == "no_attempt":
        kind = "never_tried"
    spoken = {name: tame(str(facts.get(name) or "")) for name in SPOKEN}
    need = tame(str(facts.get("need") or ""))
    sentence = SENTENCES[kind].format(
        **spoken,
        name=tame(str(facts.get("name") or "")) or "客户",
        customers=say_customers(facts),
        left=say_left(facts),
        leads=say_host(facts),
        days=say_days(int(facts.get("days") or 0)),
        wants=f"，想看 {need}" if need else "",
        waited=say_duration(int(facts.get("waited_s") or 0)),
        patience=say_duration(int(facts.get("patience_s") or 0)),
    )
    return shorten(sentence, BODY_BYTES)


def say_customers(facts: Mapping[str, Any]) -> str:
    """The first by name, and how many there are."""
    count, names = int(facts.get("count") or 1), tame(str(facts.get("names") or ""))
    if not names:
        return f"{count} 位客户"
    return f"客户 {names} " if count == len(names.split("、")) else f"{names} 等 {count} 位客户"


def say_left(facts: Mapping[str, Any]) -> str:
    """What somebody left behind; nothing is not counted."""
    counted = (("customers", "位客户"), ("leads", "条线索"))
    return "、".join(f"{facts[name]} {unit}" for name, unit in counted if facts.get(name))


def say_days(left: int) -> str:
    return f"还剩 {left} 个工作日" if left > 0 else "已到 15 个工作日的期限"


def say_host(facts: Mapping[str, Any]) -> str:
    """Of an address that nobody must tap: chats make links of digits, too."""
    host = tame(str(facts.get("host") or "").replace(".", "．"))
    return f"，扫了会打开 {host}" if host else ""


def whisper(kind: str, facts: Mapping[str, Any]) -> str:
    """What may stand on a locked phone, as JSON: the phone has the sentences. No name in full."""
    name = tame(str(facts.get("name") or ""))
    count = int(facts.get("count") or 1)
    told = {
        "kind": kind,
        "name": mask_name(name) if name else "",
        "store": tame(str(facts.get("store") or "")),
        "waited_s": int(facts.get("waited_s") or 0),
        "lead_id": facts.get("lead_id"),
        **({"count": count} if count > 1 else {}),
        **({"staff_id": facts["about_id"]} if "about_id" in facts else {}),
        **({"store_id": facts["codes_of"]} if "codes_of" in facts else {}),
    }
    return msgspec.json.encode(told).decode()


def say_digest(lines: Sequence[str]) -> str:
    return "\n".join([DIGEST.format(count=len(lines)), *lines])


def say_with_link(sentence: str, name: str, link: str, limit: int) -> str:
    """The link is never cut: what is before it is."""
    last = "\n" + ACKNOWLEDGE.format(name=f"{name}，" if name else "", link=link)
    return shorten(sentence, limit - bytes_of(last)) + last


def say_test(store: str) -> str:
    return TEST.format(store=tame(store) or "Shopbell")


def say_duration(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{seconds // 60} 分钟"


def tame(text: str) -> str:
    """What somebody typed, on one line: no mention, no markup, no link, long numbers masked."""
    flat = _SPACE.sub(" ", text.translate(_MARKUP)).strip()
    return _DIGITS.sub(_mask, _ADDRESS.sub(_widen, flat))


def shorten(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut between characters, with an ellipsis if cut."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= limit:
        return text
    room = max(limit - len(ELLIPSIS.encode()), 0)
    return encoded[:room].decode(errors="ignore") + ELLIPSIS


def bytes_of(text: str) -> int:
    return len(text.encode(errors="replace"))


def _mask(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    return f"{digits[:3]}****{digits[-2:]}"


def _widen(found: re.Match[str]) -> str:
    """Chats make links of what looks like one: no customer sends the staff anywhere."""
    return "：／／" if found.group() == "://" else "．"
