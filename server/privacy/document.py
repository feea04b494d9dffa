"""The part of a person's file that a person reads: one page in Chinese, without the program.

What no word is known for is shown as it is stored: nothing is left out for want of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape as h
from typing import Any

from server.customers import phone
from server.privacy.dossier import Item
from server.privacy.holding import Holding
from server.privacy.my_page import moment

STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif;max-width:760px;"
    "margin:0 auto;padding:16px}table{border-collapse:collapse;width:100%;margin:8px 0 20px}"
    "th,td{border:1px solid #bbb;padding:6px 10px;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{width:8em;font-weight:600}img{max-width:100%}"
    ".soft{color:#555}.void{text-decoration:line-through}"
)
KINDS = {
    "customer": "档案",
    "arrival": "登记",
    "consent": "同意或撤回",
    "contact": "联系人",
    "lead": "接待任务",
    "closing": "接待结束",
    "follow_up": "跟进",
    "comment": "备注",
    "visit": "到访记录",
    "conflict": "两种说法",
    "correction": "更正",
    "deletion": "删除",
    "photo": "照片",
    "recording": "录音",
    "earlier": "以前的内容",
    "refused": "没有采纳的内容",
    "number": "手机号",
}
REFUSED = "店里有人记过这些，但没有写进您的资料。"
REASONS = {
    "not_valid": "内容不完整，或者格式不对",
    "not_allowed": "记录的人当时不能记这一项",
    "late": "已经过了可以更改的时间",
    "no_consent": "没有记下您的同意",
    "not_found": "当时找不到它所属的记录",
    "together": "和它一起提交的另一项没有采纳",
    "fault": "系统当时出了错",
}
GIVEN_UP = "记录的人后来也放弃了。"
SOURCES = {"own_phone": "自己的手机", "staff_phone": "员工的手机", "server": "系统"}
WHO = {
    "customer": "您本人",
    "system": "系统",
    "rep": "顾问",
    "clerk": "店员",
    "manager": "店长",
    "area": "区域经理",
    "admin": "管理员",
    "staff": "员工",
}
FIELDS = {
    "name": "姓名",
    "salutation": "称呼",
    "phone": "手机号",
    "need": "需求",
    "budget": "预算",
    "community": "小区",
    "house_type": "户型",
    "wechat": "微信",
    "move_in": "入住时间",
    "source": "来源",
    "tier": "等级",
    "tags": "标签",
    "marketing": "愿意收到优惠",
    "withdrawn": "撤回时间",
    "last_contact_at": "最近联系",
    "next_at": "下次预约",
    "contact_count": "联系次数",
    "position": "位置",
    "consents": "同意",
    "purpose": "哪一项",
    "version": "版本",
    "given": "同意",
    "how": "怎么说的",
    "note": "备注",
    "words_sha256": "文字的 SHA-256",
    "relation": "关系",
    "state": "状态",
    "close_reason": "结束原因",
    "reason": "原因",
    "channel": "方式",
    "greeting": "问候",
    "needs": "需求确认",
    "proposal": "方案推荐",
    "objection": "异议处理",
    "revisit": "预约复访",
    "answers": "回答",
    "guardian": "监护人",
    "mood": "心情",
    "breakthrough": "突破点",
    "started_at": "开始",
    "ended_at": "结束",
    "text": "内容",
    "field": "哪一项内容",
    "value": "现在的",
    "value_other": "另一种",
    "fields": "改成",
    "void": "作废",
    "kind": "关于",
    "shows": "拍的是",
    "taken": "怎么拍的",
    "exif_at": "拍摄时间",
    "width": "宽",
    "height": "高",
    "duration_ms": "时长（毫秒）",
    "result": "结果",
    "at": "时间",
    "add": "加上",
    "remove": "去掉",
}
VALUES = {
    "service": "接待和联系",
    "marketing": "优惠和活动通知",
    "photo": "拍到人的照片",
    "own_phone": "自己的手机",
    "verbal": "口头",
    "signed": "签字",
    "poster": "扫码登记",
    "staff": "店员登记",
    "pass": "出示登记码",
    "store": "到店",
    "phone": "电话",
    "wechat": "微信",
    "visit": "上门",
    "met": "已见面或接通",
    "no_answer": "未接通",
    "skipped": "本次未涉及",
    "clear": "需求清楚",
    "partial": "部分清楚",
    "changed": "需求变了",
    "approved": "认可方案",
    "revise": "要修改",
    "expensive": "嫌贵",
    "comparing": "还在对比",
    "resolved": "已解决",
    "open": "还没解决",
    "none": "无",
    "booked": "已约",
    "no_contact": "不再联系",
    "keen": "有意向",
    "watching": "观望",
    "cold": "冷淡",
    "closed": "已结束",
    "self": "本人",
}
WRITTEN = frozenset({"name", "salutation", "need", "note", "text", "answers", "position", "tags"})
"""What somebody wrote: never taken for one of the words above."""

LAST_MOMENT_MS = 253_402_128_000_000
"""The last days of the year 9999."""


def render_document(held: Holding, made_at: int, items: Sequence[Item]) -> str:
    title = "您在本店的全部资料" if held.shows_all else "您这次登记的资料"
    made = moment("zh", held.zone, made_at)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{h(title)}</title><style>{STYLE}</style></head><body><h1>{h(title)}</h1>"
        f'<p class="soft">{h(held.store)} · 制作于 {h(made)} · 共 {len(items)} 项。'
        "同样的内容在 data.json 里，供其他软件读取。员工只写职务，不写姓名。</p>"
        f"{''.join(section(held.zone, each) for each in items)}</body></html>"
    )


def section(zone: str, item: Item) -> str:
    title = f"{title_of(item)} · {moment('zh', zone, item.at)}"
    by = WHO.get(item.by, item.by)
    said = [f"记录人：{by}", f"来自：{SOURCES.get(item.source, item.source)}", item.store]
    rows = "".join(
        f"<tr><th>{h(FIELDS.get(name, name))}</th><td>{h(text)}</td></tr>"
        for name, text in lines(zone, item.fields)
    )
    mark = ' class="void"' if item.void else ""
    return (
        f"<section><h2{mark}>{h(title)}</h2>"
        f'<p class="soft">{h(" · ".join(filter(None, said)))}</p>'
        f"{explained(item)}<table>{rows}</table>{attached(item)}</section>"
    )


def title_of(item: Item) -> str:
    kind = KINDS.get(item.kind, item.kind)
    return f"{kind}（{KINDS.get(item.refused.of, item.refused.of)}）" if item.refused else kind


def explained(item: Item) -> str:
    """Nothing for what was taken over."""
    if item.refused is None:
        return ""
    reason = REASONS.get(item.refused.why)
    because = f"原因：{reason}。" if reason else ""
    said = {"记录的人补充": item.refused.asked, "答复": item.refused.answered}
    more = "".join(f"<br>{name}：{h(text)}" for name, text in said.items() if text)
    return f"<p>{REFUSED}{because}{GIVEN_UP if item.void else ''}{more}</p>"


def attached(item: Item) -> str:
    if item.refused is not None and item.refused.thumb:
        return f'<p><img src="data:image/jpeg;base64,{h(item.refused.thumb)}" alt="照片"></p>'
    if item.file is None:
        return ""
    if item.kind == "photo":
        return f'<p><img src="{h(item.file)}" alt="照片"></p>'
    return f'<p><audio controls src="{h(item.file)}"></audio></p>'


def lines(zone: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        yield name, say(zone, name, value)


def say(zone: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        told = (
            f"{FIELDS.get(key, VALUES.get(key, key))}：{say(zone, key, each)}"
            for key, each in value.items()
            if each not in (None, [])
        )
        return "；".join(told)
    if isinstance(value, list):
        return "、".join(say(zone, name, each) for each in value)
    if name == "phone":
        return spoken_number(str(value))
    if isinstance(value, int) and is_moment(name, value):
        return moment("zh", zone, value)
    return str(value) if name in WRITTEN else VALUES.get(str(value), str(value))


def is_moment(name: str, value: int) -> bool:
    """What was refused may be anything: no year has five digits."""
    return (name.endswith("at") or name in VALUES) and 0 <= value < LAST_MOMENT_MS


def spoken_number(number: str) -> str:
    return number.removeprefix("+86") if phone.mainland(number) else number
