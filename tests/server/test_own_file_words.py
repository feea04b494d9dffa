"""Whatever can stand in what a customer takes along has a word in both languages."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import inspect

from server.duplicates.leads import MERGED
from server.exchange.entities import ENTITIES
from server.leads.offers import UNANSWERED
from server.pages import EN, ZH
from server.pool.rounds import INTO_POOL
from server.privacy import document_words, dossier, refused
from server.privacy.document import Voice, lines
from server.privacy.document_words import FIELDS, KINDS, REASONS, VALUES, WHO, Word
from sync import EVERYONE

LETTERS = "tier"
"""What is said as it is stored."""


class Choice(NamedTuple):
    field: str
    value: str


OURS = {
    *(Choice("state", state) for state in (*UNANSWERED, "accepted", "contacted", "closed")),
    *(Choice("close_reason", reason) for reason in (MERGED, INTO_POOL)),
}
"""Of fields that no phone writes."""


def taken_along() -> Iterator[tuple[str, inspect.Type]]:
    """Each field that a phone writes, and what it may be."""
    for entity, names in dossier.FIELDS.items():
        shape = ENTITIES[entity].shape if entity in ENTITIES else None
        kind = inspect.type_info(shape) if shape else None
        if isinstance(kind, inspect.StructType):
            yield from ((f.encode_name, f.type) for f in kind.fields if f.encode_name in names)


def named_in(name: str, kind: inspect.Type) -> Iterator[str | Choice]:
    """Of a field its own name, those within it, and what may be chosen."""
    yield name
    match kind:
        case inspect.LiteralType():
            yield from (Choice(name, str(value)) for value in kind.values)
        case inspect.ListType():
            yield from named_in(name, kind.item_type)
        case inspect.UnionType():
            for each in kind.types:
                yield from named_in(name, each)
        case inspect.StructType():
            for field in kind.fields:
                yield from named_in(field.encode_name, field.type)
        case inspect.Metadata():
            yield from named_in(name, kind.type)


def test_every_field_and_every_choice_that_is_taken_along_has_a_word() -> None:
    found = {each for taken in taken_along() for each in named_in(*taken)}
    fields = {each for each in found if isinstance(each, str)}
    fields.update(name for names in dossier.FIELDS.values() for name in names)
    choices = OURS | {each for each in found if isinstance(each, Choice)}
    assert {"result", Choice("result", "no_answer")} <= found, "it looks into fields, too"
    assert [name for name in sorted(fields) if name not in FIELDS] == []
    unsaid = [each for each in sorted(choices) if each.value not in VALUES.get(each.field, {})]
    assert [each for each in unsaid if each.field != LETTERS] == []


def test_every_kind_every_role_and_every_reason_has_a_word() -> None:
    assert {*dossier.FIELDS} <= {*KINDS}
    assert {*WHO} >= EVERYONE
    assert {*refused.WHY.values()} == {*REASONS}


def test_no_word_is_in_the_other_language() -> None:
    tables = [each for each in vars(document_words).values() if isinstance(each, dict)]
    tables += [words for words in VALUES.values() if isinstance(words, dict)]
    said = {word for words in tables for word in words.values() if isinstance(word, Word)}
    assert [word for word in said if re.search("[\u3000-\u9fff\uff00-\uffef]", word.en)] == []
    bare = {
        Word(*(re.sub(r"\{\w+\}|\w+\.json|SHA-256", "", text) for text in word)) for word in said
    }
    assert [word for word in bare if re.search("[A-Za-z]", word.zh)] == []
    assert {word for word in said if not all(word)} == {document_words.SENTENCES["next"]}


def test_two_versions_are_said_like_the_field_that_they_are_about() -> None:
    told = {"field": "source", "value": "referral", "value_other": "phone"}
    about = {"field": "phone", "value": "+8613900000001", "value_other": "visit"}
    zh, en = (Voice(each.code, "Asia/Shanghai", {}) for each in (ZH, EN))
    assert [text for _, text in lines(zh, told)] == ["来源", "转介绍", "phone"]
    assert [text for _, text in lines(en, told)] == ["Source", "Referred", "phone"]
    assert [text for _, text in lines(en, about)] == ["Mobile number", "13900000001", "visit"]
