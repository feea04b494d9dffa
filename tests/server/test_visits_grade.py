"""A visit's grade: weak evidence is shown, never refused, and more of it never makes it worse."""

from hypothesis import given
from hypothesis import strategies as st

from server.visits.grading import DOUBTS, OLDEST_FIX_MS, RANK, Evidence, judge

METRES = st.floats(0, 5000)
DOUBTED = st.lists(st.sampled_from(sorted(DOUBTS)), unique=True).map(tuple)
EVIDENCE = st.builds(
    Evidence,
    st.none() | METRES,
    st.none() | METRES,
    st.integers(30, 2000),
    st.integers(-2 * OLDEST_FIX_MS, 2 * OLDEST_FIX_MS),
    st.none() | METRES,
    st.none() | st.booleans(),
    DOUBTED,
)


def rank(evidence: Evidence) -> int:
    return RANK[judge(evidence).grade]


@given(METRES, st.floats(0, 500), st.integers(30, 2000))
def test_inside_outside_and_between_go_by_the_whole_circle(
    distance: float, accuracy: float, fence: int
) -> None:
    reasons = judge(Evidence(distance, accuracy, fence)).reasons
    assert (reasons == ["inside"]) == (distance + accuracy <= fence)
    assert (reasons == ["outside"]) == (distance - accuracy > fence)
    assert reasons in (["inside"], ["edge"], ["outside"])


@given(EVIDENCE)
def test_every_grade_has_its_reasons_and_verified_is_never_said_of_nothing(
    evidence: Evidence,
) -> None:
    grade, reasons = judge(evidence)
    assert reasons
    if grade == "verified":
        assert reasons[0] in ("inside", "edge", "other_datum")
        assert not evidence.doubts
        assert evidence.accuracy_m is not None


@given(EVIDENCE)
def test_the_stores_own_code_never_makes_it_worse_and_alone_makes_nothing_certain(
    evidence: Evidence,
) -> None:
    walled = judge(evidence._replace(wall=True))
    assert RANK[walled.grade] >= rank(evidence._replace(wall=None))
    if walled.reasons[0] in ("no_fix", "stale", "coarse"):
        assert walled.grade != "verified"
    wrong = judge(evidence._replace(wall=False))
    assert wrong.grade == judge(evidence._replace(wall=None)).grade
    assert "wrong_code" in wrong.reasons


@given(EVIDENCE, st.sampled_from(sorted(DOUBTS)))
def test_a_doubt_never_makes_it_better_and_is_always_said(evidence: Evidence, doubt: str) -> None:
    doubted = evidence._replace(doubts=(*evidence.doubts, doubt))
    assert rank(doubted) <= rank(evidence)
    assert doubt in judge(doubted).reasons


@given(METRES, st.floats(0, 500), st.floats(0, 1))
def test_coming_nearer_never_makes_it_worse(distance: float, accuracy: float, part: float) -> None:
    assert rank(Evidence(distance * part, accuracy)) >= rank(Evidence(distance, accuracy))


def test_a_fix_of_another_time_proves_little_whichever_way_its_clock_is_off() -> None:
    assert judge(Evidence(10, 20, off_ms=OLDEST_FIX_MS)).grade == "verified"
    for off_ms in (OLDEST_FIX_MS + 1, -OLDEST_FIX_MS - 1):
        assert judge(Evidence(10, 20, off_ms=off_ms)) == ("uncertain", ["stale"])


def test_a_coarse_fix_still_says_that_somebody_is_in_another_town() -> None:
    assert judge(Evidence(100, 501)) == ("uncertain", ["coarse"])
    assert judge(Evidence(50_000, 3_000)) == ("uncertain", ["outside"])
