"""Operations of an older schema, before a server that has gone on: a made-up history of three."""

from typing import Any

import msgspec
import pytest

from sync import Malformed, NewerSchema, Operation, Push, Versions, decode_push, operation_hash
from sync.versions import RELEASED, replace

ID = "019c3f00-0000-7000-8000-00000000000a"


def call_it_text(operation: Operation) -> Operation:
    """From 1 to 2: what a comment says was once its `words`."""
    if operation.e != "comment" or "words" not in operation.f:
        return operation
    fields = {("text" if name == "words" else name): each for name, each in operation.f.items()}
    return replace(operation, f=fields)


def say_in_which_language(operation: Operation) -> Operation:
    """From 2 to 3: a new comment names its language; there was only one."""
    if operation.e != "comment" or operation.b is not None:
        return operation
    return replace(operation, f={"language": "zh", **operation.f})


HISTORY = Versions(newest=3, steps={1: call_it_text, 2: say_in_which_language})


def operation(n: int, entity: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"n": n, "e": entity, "i": ID, "f": fields, "t": 7, **more}


def sent(schema: int, *operations: dict[str, Any]) -> bytes:
    envelope = {"v": 1, "schema": schema, "device": "d", "sent_at": 9}
    return msgspec.json.encode({**envelope, "units": [[each] for each in operations]})


def read(body: bytes, versions: Versions = HISTORY) -> list[Operation]:
    return [each for unit in decode_push(body, versions).units for each in unit]


def hash_of(made: dict[str, Any]) -> bytes:
    return operation_hash(msgspec.convert(made, Operation))


def test_an_old_operation_is_raised_step_by_step_before_it_is_judged() -> None:
    (comment,) = read(sent(1, operation(1, "comment", {"words": "要白橡木"})))
    assert comment.f == {"language": "zh", "text": "要白橡木"}


def test_one_that_is_less_old_takes_fewer_steps() -> None:
    (comment,) = read(sent(2, operation(1, "comment", {"text": "要白橡木"})))
    assert comment.f == {"language": "zh", "text": "要白橡木"}
    (present,) = read(sent(3, operation(1, "comment", {"language": "en", "text": "oak"})))
    assert present.f == {"language": "en", "text": "oak"}


def test_its_hash_stays_that_of_what_was_sent() -> None:
    made = operation(1, "comment", {"words": "要白橡木"})
    (comment,) = read(sent(1, made))
    assert operation_hash(comment) == hash_of(made)
    assert operation_hash(comment) != hash_of(operation(1, "comment", comment.f))


def test_the_same_push_before_and_after_the_server_went_on_has_the_same_hashes() -> None:
    body = sent(1, operation(1, "comment", {"words": "甲"}), operation(2, "visit", {"lat": 30.0}))
    before = Versions(newest=1)
    hashes = [operation_hash(each) for each in read(body, before)]
    assert [operation_hash(each) for each in read(body)] == hashes


def test_everything_else_of_an_operation_stays() -> None:
    made = operation(4, "comment", {"words": "改过"}, b=11, x=ID)
    (patch,) = read(sent(1, made))
    assert (patch.n, patch.i, patch.t, patch.b, patch.x) == (4, ID, 7, 11, ID)
    assert patch.f == {"text": "改过"}


def test_what_the_steps_do_not_touch_is_the_same_operation() -> None:
    push = decode_push(sent(1, operation(1, "visit", {"lat": 30.25})), RELEASED)
    raised = HISTORY.raised(push)
    assert raised.units[0][0] is push.units[0][0]
    assert raised.schema == 3


def test_an_unsound_old_operation_is_still_a_fault_of_its_own() -> None:
    (comment,) = read(sent(1, operation(1, "comment", {"words": "a\0b"})))
    assert comment.fault == "invalid"


def test_a_newer_schema_waits_unjudged() -> None:
    with pytest.raises(NewerSchema):
        read(sent(4, operation(1, "comment", {"text": "?"})))
    with pytest.raises(NewerSchema):
        read(sent(RELEASED.newest + 1, operation(1, "comment", {"text": "?"})), RELEASED)


def test_a_schema_that_never_was_is_malformed() -> None:
    with pytest.raises(Malformed):
        read(sent(0, operation(1, "comment", {"text": "?"})), RELEASED)


def test_an_empty_push_of_a_schema_that_never_was_is_malformed_too() -> None:
    """It tells a phone whether the fault is its units': else it would set all of them aside."""
    for schema in (0, -1):
        with pytest.raises(Malformed):
            read(sent(schema), RELEASED)


def test_no_released_schema_is_without_its_step() -> None:
    assert sorted(RELEASED.steps) == list(range(1, RELEASED.newest))


def test_an_empty_push_of_an_old_phone_is_a_contact() -> None:
    push = decode_push(sent(1), HISTORY)
    assert isinstance(push, Push)
    assert push.units == []
