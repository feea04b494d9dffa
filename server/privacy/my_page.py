"""A customer's own page, and the one that asks for the end of their number: plain HTML, no script.

Every text that came from outside passes through `h`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from html import escape as h
from zoneinfo import ZoneInfo

from server.clock import SECOND_MS
from server.pages import Look, link_other
from server.privacy.holding import Holding, Said
from server.privacy.my_words import WORDS

CORRECTION_LONGEST = 500

LOOK = Look(
    "h2{font-size:18px;margin:28px 0 6px}h3{font-size:16px;margin-bottom:4px}"
    ".soft,dt{color:var(--soft)}dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px}"
    "dd{margin:0;overflow-wrap:anywhere}dl+p{margin-top:10px}p .go{margin-top:12px}"
    "ul{padding:0;list-style:none}li{padding:8px 0;border-top:1px solid var(--line)}"
    "li a{display:inline-flex;align-items:center;min-height:48px}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:14px;"
    "margin-top:12px}"
    ".card button,.card .go{margin-top:12px}label{display:block;font-weight:700;"
    "margin-top:16px}.card label{margin-top:0}"
    "input,textarea{display:block;width:100%;min-height:52px;margin-top:6px;padding:12px 14px;"
    "font:inherit;font-size:17px;color:inherit;background:var(--card);"
    "border:1.5px solid var(--line);border-radius:14px}input{letter-spacing:.2em}"
    "::placeholder{color:var(--soft);opacity:1}"
    "input:focus-visible,textarea:focus-visible{outline:3px solid var(--accent);outline-offset:2px}"
    ".go{display:flex;align-items:center;justify-content:center;min-height:52px;font-weight:700;"
    "border:1.5px solid var(--accent);border-radius:14px;text-decoration:none}"
    ".quiet{background:none;color:var(--accent);border:1.5px solid var(--accent)}"
    ".end{background:none;color:var(--red);border:1.5px solid var(--red)}"
    ".note{background:var(--wash);color:var(--red);border-radius:14px;padding:12px 14px;"
    "margin:12px 0;font-weight:600}"
    ".done{border:1.5px solid var(--accent);border-radius:14px;padding:12px 14px;margin:12px 0;"
    "font-weight:600}"
)


def render_question(language: str, path: str, note: str | None = None, text: str = "") -> str:
    """The same for everybody: whoever is not there, too. `path`: the link's own; `text`: what
    somebody was about to send when their half hour was over."""
    words = WORDS[language]
    wrong = f'<p class="note" id="wrong" role="alert">{h(words[note])}</p>' if note else ""
    marks = ' aria-invalid="true" aria-describedby="wrong"' if note == "wrong" else ""
    # What is kept was sent to the page behind this one.
    action = f' action="{h(path)}"' if text else ""
    body = (
        f'<p class="soft">{h(words["ask"])}</p>{wrong}'
        f'<form method="post"{action}>{_spoken(language)}'
        f'<label for="digits">{h(words["digits"])}</label>'
        '<input id="digits" name="digits" type="text" inputmode="numeric" autocomplete="off" '
        f'maxlength="4" pattern="[0-9]*" required{marks}>'
        f"{_kept(words, text)}<button>{h(words['show'])}</button></form>"
    )
    return _page(language, words["title"], body)


def _kept(words: Mapping[str, str], text: str) -> str:
    if not text:
        return ""
    return f'<p class="soft">{h(words["kept"])}</p>{_text(words, text)}'


def render_gone(language: str) -> str:
    words = WORDS[language]
    return _page(language, words["gone_title"], f"<p>{h(words['gone'])}</p>")


def render_ended(language: str, shows_all: bool) -> str:
    words = WORDS[language]
    told = words["ended_all" if shows_all else "ended_one"]
    return _page(language, words["ended_title"], f"<p>{h(told)}</p>", switch=False)


def render_sure(language: str, nonce: str, shows_all: bool) -> str:
    """Asked again: it cannot be undone. By a link that staff handed out, a person decides."""
    words, asks = WORDS[language], "_asked" if shows_all else ""
    body = (
        f"<p>{h(words[f'sure{asks}'])}</p>"
        f'<form method="post">{_spoken(language)}{_act("erase", nonce)}'
        f'<button class="end">{h(words[f"yes{asks}"])}</button></form>'
        f'<p><a class="go" href="?lang={language}">{h(words["no"])}</a></p>'
    )
    return _page(language, words[f"sure_title{asks}"], body, switch=False)


def render_holding(
    language: str, held: Holding, nonce: str, path: str, note: str = "", text: str = ""
) -> str:
    """`path` is the page's own, below which the download is; `note` a key of words; `text`: what
    was typed as a correction and is not sent."""
    words = WORDS[language]
    tone = "done" if note.endswith("_done") else "note"
    told = f'<p class="{tone}" role="status">{h(words[note])}</p>' if note in words else ""
    body = (
        f"{told}{_held(words, held)}<h2>{h(words['said'])}</h2>{_said(language, held)}"
        f"<h2>{h(words['can'])}</h2>{_stop(language, held, nonce, path)}"
        f"{_correct(language, nonce, path, text)}{_take(words, path)}{_end(language, held, path)}"
    )
    return _page(language, words["title"], body)


def moment(language: str, zone: str, at: int) -> str:
    words = WORDS[language]
    when = datetime.fromtimestamp(at / SECOND_MS, ZoneInfo(zone))
    months = words["months"].split()
    month = months[when.month - 1] if months else when.month
    return words["moment"].format(
        year=when.year, month=month, day=when.day, time=when.strftime("%H:%M")
    )


def _page(language: str, title: str, body: str, *, switch: bool = True) -> str:
    top = f"<p></p>{link_other(language) if switch else ''}"
    return LOOK.frame(language, h(title), top, f"<h1>{h(title)}</h1>{body}")


def _spoken(language: str) -> str:
    return f'<input type="hidden" name="lang" value="{language}">'


def _act(act: str, nonce: str = "") -> str:
    made = f'<input type="hidden" name="nonce" value="{h(nonce)}">' if nonce else ""
    return f'<input type="hidden" name="act" value="{act}">{made}'


def _held(words: Mapping[str, str], held: Holding) -> str:
    language = "en" if words["months"] else "zh"
    told = {
        "name": held.name,
        "phone": held.phone,
        "need": held.need,
        "store": held.store,
        "at": moment(language, held.zone, held.at),
    }
    rows = "".join(
        f"<dt>{h(words[name])}</dt><dd>{h(value or words['none'])}</dd>"
        for name, value in told.items()
    )
    counted = words["pause"].join(words[kind].format(n=n) for kind, n in held.counted.items())
    also = words["also"].format(counted=counted) if counted else ""
    more = also if held.shows_all else words["only"]
    return f'<h2>{h(words["held"])}</h2><dl>{rows}</dl><p class="soft">{h(more)}</p>'


def _said(language: str, held: Holding) -> str:
    words = WORDS[language]
    if not held.said:
        return f'<p class="soft">{h(words["unsaid"])}</p>'
    return f"<ul>{''.join(_line(language, held, each) for each in held.said)}</ul>"


def _line(language: str, held: Holding, said: Said) -> str:
    words = WORDS[language]
    purpose = words["photo_consent" if said.purpose == "photo" else said.purpose]
    what = purpose + words["mark"] + words["given" if said.given else "taken"]
    told = f"{moment(language, held.zone, said.at)} · {what} · {words[said.how]}"
    path = f"/consent/{h(said.version)}?lang={language}&amp;of={h(held.org_id)}"
    link = f'<a href="{path}">{h(words["words"])}</a>'
    return f"<li>{h(told)}<br>{link} {h(said.version)}</li>"


def _stop(language: str, held: Holding, nonce: str, path: str) -> str:
    words = WORDS[language]
    if not held.marketing:
        return ""
    return (
        f'<form class="card" method="post" action="{h(path)}"><h3>{h(words["stop_title"])}</h3>'
        f"{_spoken(language)}"
        f'{_act("marketing", nonce)}<button class="quiet">{h(words["stop"])}</button></form>'
    )


def _correct(language: str, nonce: str, path: str, text: str) -> str:
    words = WORDS[language]
    box = _text(words, text, " required")
    return (
        f'<form class="card" method="post" action="{h(path)}">{_spoken(language)}'
        f'{_act("correct", nonce)}{box}<button class="quiet">{h(words["correct"])}</button></form>'
    )


def _text(words: Mapping[str, str], text: str, marks: str = "") -> str:
    # A line break at the beginning is the page's: the browser takes the first one away.
    return (
        f'<label for="text">{h(words["correct_title"])}</label>'
        f'<textarea id="text" name="text" rows="2" maxlength="{CORRECTION_LONGEST}"{marks} '
        f'placeholder="{h(words["correct_hint"])}">\n{h(text)}</textarea>'
    )


def _take(words: Mapping[str, str], path: str) -> str:
    return (
        f'<div class="card"><h3>{h(words["take_title"])}</h3>'
        f'<p class="soft">{h(words["take_hint"])}</p>'
        f'<a class="go" href="{h(path)}/data.zip">{h(words["take"])}</a></div>'
    )


def _end(language: str, held: Holding, path: str) -> str:
    words, asked = WORDS[language], _asked(language, held)
    if held.asked is not None and held.asked.state == "open":
        return f'<div class="card"><h3>{h(words["asked_title"])}</h3>{asked}</div>'
    hint = words["end_hint_asked" if held.shows_all else "end_hint"]
    return (
        f'<form class="card" method="post" action="{h(path)}"><h3>{h(words["end_title"])}</h3>'
        f"{asked}"
        f'<p class="soft">{h(hint)}</p>{_spoken(language)}{_act("end")}'
        f'<button class="end">{h(words["end"])}</button></form>'
    )


def _asked(language: str, held: Holding) -> str:
    """What became of what they asked for."""
    asked = held.asked
    if asked is None:
        return ""
    at = asked.at if asked.state == "open" else asked.answered_at
    told = WORDS[language][f"asked_{asked.state}"].format(
        at=moment(language, held.zone, at), due=_day(language, asked.due_on), reason=asked.reason
    )
    return f'<p role="status">{h(told)}</p>'


def _day(language: str, day: date) -> str:
    months = WORDS[language]["months"].split()
    if months:
        return f"{day.day} {months[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"
