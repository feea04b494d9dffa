"""The page behind an acknowledge link: plain HTML, inside any chat, without signing in.

To look at it, as link previews do, changes nothing: only its button does.
"""

from html import escape as h

from server.notify.acknowledging import Asked
from server.notify.words import tame
from server.pages import Look, link_other

LOOK = Look(
    "body{font-size:17px}h1{margin-bottom:12px}p{color:var(--soft);margin-top:12px}"
    "button{min-height:64px;font-size:20px}"
)

WORDS = {
    "zh": {
        "title": "我知道了",
        "customer": "客户",
        "waits": "{person}，{customer}等了 {waited}",
        "came": "{person}，{customer}的接待已经结束",
        "with": "现在由 {holder} 接待。",
        "open": "还没有人接单。",
        "button": "我知道了",
        "note": "点了只是告诉大家你看到了，不等于接单。接单请打开门铃。",
        "done": "已记下：{time} 你已经知道。",
        "gone_title": "链接已失效",
        "gone": "提醒里的链接一天内有效。请打开门铃查看。",
        "seconds": "{n} 秒",
        "minutes": "{n} 分钟",
        "hours": "{h} 小时 {n} 分钟",
    },
    "en": {
        "title": "I know",
        "customer": "a customer",
        "waits": "{person}, {customer} has waited {waited}",
        "came": "{person}, the reception of {customer} is over",
        "with": "{holder} has the lead now.",
        "open": "Nobody has accepted yet.",
        "button": "I know",
        "note": "This only tells the others that you have seen it; it does not accept the lead. "
        "To accept, open Shopbell.",
        "done": "Noted: you have known since {time}.",
        "gone_title": "This link is no longer good",
        "gone": "Links in reminders are good for a day. Please open Shopbell.",
        "seconds": "{n} s",
        "minutes": "{n} min",
        "hours": "{h} h {n} min",
    },
}


def render_asked(language: str, asked: Asked, clock_time: str) -> str:
    """`clock_time`: when it was acknowledged, in the store's time; empty if it was not."""
    words = WORDS[language]
    told = {
        "person": tame(asked.person),
        "customer": tame(asked.customer) or words["customer"],
        "waited": say_waited(words, asked.waited_s),
    }
    title = words["came" if asked.is_closed else "waits"].format(**told)
    return _page(language, title, f"{_state(words, asked)}{_answer(words, asked, clock_time)}")


def render_gone(language: str) -> str:
    words = WORDS[language]
    return _page(language, words["gone_title"], f"<p>{h(words['gone'])}</p>")


def say_waited(words: dict[str, str], seconds: int) -> str:
    if seconds < 60:
        return words["seconds"].format(n=seconds)
    minutes = seconds // 60
    kind = "minutes" if minutes < 60 else "hours"
    return words[kind].format(h=minutes // 60, n=minutes if minutes < 60 else minutes % 60)


def _state(words: dict[str, str], asked: Asked) -> str:
    if asked.is_closed:
        return ""
    if asked.holder:
        return f"<p>{h(words['with'].format(holder=tame(asked.holder)))}</p>"
    return f"<p>{h(words['open'])}</p>"


def _answer(words: dict[str, str], asked: Asked, clock_time: str) -> str:
    if clock_time:
        return f'<p role="status">{h(words["done"].format(time=clock_time))}</p>'
    if asked.is_closed:
        return ""
    return (
        f'<form method="post"><button>{h(words["button"])}</button></form><p>{h(words["note"])}</p>'
    )


def _page(language: str, title: str, body: str) -> str:
    whole = f"<h1>{h(title)}</h1>{body}"
    return LOOK.frame(language, h(WORDS[language]["title"]), link_other(language), whole)
