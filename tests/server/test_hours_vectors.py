"""What phones are held to is what the server reckons."""

import json

from tests.vectors.hours import FILE, vectors

HOW_TO = "run `python -m tests.vectors.hours` if it is meant, and let the phone follow"


def test_the_vectors_of_hours_are_the_servers() -> None:
    assert json.loads(FILE.read_text()) == vectors(), HOW_TO


def test_they_have_both_open_and_closed_and_holidays_and_stores_that_do_not_close() -> None:
    held = vectors()
    cases = [case for vector in held for case in vector["cases"]]
    assert {case[1] for case in cases} == {True, False}
    assert [case for case in cases if case[1] and case[2] is None]
    assert {None, 2, 6} <= {
        day for vector in held for day in vector["store"]["as_weekday"].values()
    }
