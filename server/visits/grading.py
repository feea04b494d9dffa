"""How good the evidence of a visit is, and why. Pure: a phone shows the same beforehand.

A weak position is shown and never refused. Every reason is a stable code; the sentences are the
phone's.
"""

from typing import Literal, NamedTuple

FENCE_M = 200
COARSEST_M = 500
OLDEST_FIX_MS = 10 * 60 * 1000

Grade = Literal["verified", "plausible", "uncertain"]


class Evidence(NamedTuple):
    """`distance_m` to the place, None where it has none. `accuracy_m`: the radius that holds the
    true position 95 times in 100, None without a position; `off_ms`: how far its time and the
    phone's clock at saving are apart. `other_m`: the distance if either were of a Chinese map's
    datum. `wall`: whether the place's own code was scanned, None if none was. `doubts`: of DOUBTS.
    """

    distance_m: float | None
    accuracy_m: float | None
    fence_m: float = FENCE_M
    off_ms: int = 0
    other_m: float | None = None
    wall: bool | None = None
    doubts: tuple[str, ...] = ()


class Verdict(NamedTuple):
    grade: Grade
    reasons: list[str]


DOUBTS: dict[str, Grade] = {
    "too_fast": "uncertain",
    "too_exact": "plausible",
    "same_point": "plausible",
    "shared_device": "plausible",
}
"""What makes a position hard to believe, and the best that it may still be."""

PLACED: dict[str, Grade] = {
    "inside": "verified",
    "edge": "plausible",
    "other_datum": "plausible",
    "outside": "uncertain",
    "no_place": "plausible",
    "no_fix": "uncertain",
    "stale": "uncertain",
    "coarse": "uncertain",
}
WALLED: dict[str, Grade] = {
    **dict.fromkeys(("inside", "edge", "other_datum"), "verified"),
    **dict.fromkeys(("no_place", "no_fix", "stale", "coarse"), "plausible"),
    "outside": "uncertain",
}
"""With the code of the place's own wall. It can be photographed and carried about: alone it makes
nothing certain, and against a position that is surely elsewhere it proves nothing."""

RANK: dict[Grade, int] = {"uncertain": 0, "plausible": 1, "verified": 2}


def judge(evidence: Evidence) -> Verdict:
    where = place(evidence)
    grade = (WALLED if evidence.wall else PLACED)[where]
    reasons = [where]
    if evidence.wall is not None:
        reasons.append("wall_code" if evidence.wall else "wrong_code")
    for doubt in evidence.doubts:
        grade = min(grade, DOUBTS[doubt], key=RANK.__getitem__)
    return Verdict(grade, [*reasons, *evidence.doubts])


def place(evidence: Evidence) -> str:
    """Where the position puts its author: by distance and accuracy, inside, outside or between."""
    distance, accuracy, fence = evidence.distance_m, evidence.accuracy_m, evidence.fence_m
    if accuracy is None:
        return "no_fix"
    if abs(evidence.off_ms) > OLDEST_FIX_MS:
        return "stale"
    if distance is None:
        return "coarse" if accuracy > COARSEST_M else "no_place"
    if distance - accuracy > fence:
        would = evidence.other_m is not None and evidence.other_m + accuracy <= fence
        return "other_datum" if would else "outside"
    if accuracy > COARSEST_M:
        return "coarse"
    return "inside" if distance + accuracy <= fence else "edge"
