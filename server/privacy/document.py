"""The part of a person's file that a person reads: a page in each language, without the program.

What no word is known for is shown as it is stored: nothing is left out for want of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape as h
from typing import Any, NamedTuple

from server.clock import SECOND_MS
from server.customers import phone
from server.pages import EN, ZH, Look, link_other
from server.privacy.document_words import (
    FIELDS,
    KINDS,
    PURPOSES,
    REASONS,
    SENTENCES,
    SOURCES,
    VALUES,
    WHO,
    Word,
    Words,
)
from server.privacy.dossier import Item
from server.privacy.holding import Holding
from server.privacy.my_page import moment

PAGES: Mapping[str, str] = {ZH.code: "index.html", EN.code: "en.html"}
"""Beside each other in the archive."""

LOOK = Look(
    "main{max-width:760px}h2{font-size:18px;line-height:1.35;margin-top:28px}"
    ".soft{color:var(--soft)}.void{text-decoration:line-through}section p{margin-top:4px}"
    "table{border-collapse:collapse;width:100%;margin-top:8px;background:var(--card)}"
    "th,td{border:1px solid var(--line);padding:6px 10px;text-align:left;vertical-align:top}"
    "th{width:8em;font-weight:600}td{overflow-wrap:anywhere;white-space:pre-wrap}"
    "img,audio{max-width:100%;margin-top:4px}"
)
OF_FIELD = frozenset({"value", "value_other"})
"""Of a conflict: said like the field that it is about."""

LAST_MOMENT_MS = 253_402_128_000_000
"""The last days of the year 9999."""


class Voice(NamedTuple):
    """In which language, by which clock, and what the store's own questions are, by id."""

    language: str
    zone: str
    questions: Words

    def say(self, sentence: str, **parts: Any) -> str:
        return SENTENCES[sentence].of(self.language).format(**parts)

    def name(self, words: Words, stored: str) -> str:
        return words.get(stored, Word(stored, stored)).of(self.language)

    def moment(self, at: int) -> str:
        return moment(self.language, self.zone, at)


def render_document(voice: Voice, held: Holding, made_at: int, items: Sequence[Item]) -> str:
    title = voice.say("title_all" if held.shows_all else "title_one")
    made = voice.say("made", at=voice.moment(made_at))
    about = (held.store, made, voice.say("counted", n=len(items)))
    body = (
        f'<h1>{h(title)}</h1><p class="soft">{h(" · ".join(filter(None, about)))}</p>'
        f"{''.join(section(voice, each) for each in items)}"
    )
    return LOOK.frame(voice.language, h(title), link_other(voice.language, PAGES), body)


def section(voice: Voice, item: Item) -> str:
    title = f"{title_of(voice, item)} · {voice.moment(item.at)}"
    mark = ' class="void"' if item.void else ""
    return (
        f"<section><h2{mark}>{h(title)}</h2>"
        f'<p class="soft">{h(" · ".join(origin(voice, item)))}</p>'
        f"{explained(voice, item)}{table(voice, item.fields)}{attached(voice, item)}</section>"
    )


def title_of(voice: Voice, item: Item) -> str:
    kind = voice.name(KINDS, item.kind)
    if item.refused is None:
        return kind
    return voice.say("kind_of", kind=kind, of=voice.name(KINDS, item.refused.of))


def origin(voice: Voice, item: Item) -> Iterator[str]:
    if item.void and item.refused is None:
        yield voice.say("voided")
    yield voice.say("by", who=voice.name(WHO, item.by))
    yield voice.say("from", source=voice.name(SOURCES, item.source))
    if item.store:
        yield item.store


def explained(voice: Voice, item: Item) -> str:
    """Nothing for what was taken over."""
    if item.refused is None:
        return ""
    told = [voice.say("refused")]
    if item.refused.why in REASONS:
        told.append(voice.say("reason", reason=voice.name(REASONS, item.refused.why)))
    if item.void:
        told.append(voice.say("given_up"))
    more = {"asked": item.refused.asked, "answered": item.refused.answered}
    said = [voice.say(sentence, text=text) for sentence, text in more.items() if text]
    return f"<p>{'<br>'.join(map(h, (voice.say('next').join(told), *said)))}</p>"


def attached(voice: Voice, item: Item) -> str:
    alt = h(voice.name(KINDS, "photo"))
    if item.refused is not None and item.refused.thumb:
        return f'<p><img src="data:image/jpeg;base64,{h(item.refused.thumb)}" alt="{alt}"></p>'
    if item.file is None:
        return ""
    if item.kind == "photo":
        return f'<p><img src="{h(item.file)}" alt="{alt}"></p>'
    return f'<p><audio controls src="{h(item.file)}"></audio></p>'


def table(voice: Voice, fields: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{h(name)}</th><td>{h(text)}</td></tr>'
        for name, text in lines(voice, fields)
    )
    return f"<table>{rows}</table>" if rows else ""


def lines(voice: Voice, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        meant = str(fields.get("field")) if name in OF_FIELD else name
        yield voice.name(FIELDS, name), say(voice, meant, value)


def say(voice: Voice, name: str, value: Any) -> str:
    if value is None or value == "":
        return voice.say("empty")
    if isinstance(value, bool):
        return voice.say("yes" if value else "no")
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if each not in (None, [])}
        return voice.say("stop").join(say_part(voice, name, *each) for each in kept.items())
    if isinstance(value, list):
        return between(voice, value).join(say(voice, name, each) for each in value)
    if name == "phone":
        return spoken_number(str(value))
    if name == "duration_ms" and isinstance(value, int):
        return voice.say("seconds", n=round(value / SECOND_MS))
    if isinstance(value, int) and is_moment(name, value):
        return voice.moment(value)
    return voice.name(VALUES.get(name, {}), str(value))


def between(voice: Voice, values: Sequence[Any]) -> str:
    """What has parts of its own has a line of its own."""
    return "\n" if any(isinstance(each, dict) for each in values) else voice.say("pause")


def say_part(voice: Voice, name: str, key: str, value: Any) -> str:
    """Answers go by the question, what was taken back by its purpose, all else by its field."""
    if name == "answers":
        asked = voice.questions.get(key, SENTENCES["withdrawn_question"])
        return f"{asked.of(voice.language)} {say(voice, name, value)}"
    if name == "withdrawn":
        return f"{voice.name(PURPOSES, key)}{voice.say('mark')}{say(voice, name, value)}"
    return f"{voice.name(FIELDS, key)}{voice.say('mark')}{say(voice, key, value)}"


def is_moment(name: str, value: int) -> bool:
    """What was refused may be anything: no year has five digits."""
    is_named_so = name in ("at", "withdrawn") or name.endswith("_at")
    return is_named_so and 0 <= value < LAST_MOMENT_MS


def spoken_number(number: str) -> str:
    return number.removeprefix("+86") if phone.mainland(number) else number
