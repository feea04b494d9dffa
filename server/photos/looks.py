"""Whether two pictures look alike: few of the 64 bits that describe each of them differ. Pure."""

from itertools import pairwise

LOOK_BITS = 64
SLICES = 7
MOST_APART = SLICES - 1
"""More slices than differing bits, so one slice of two that are alike is always the same."""
LEAST_SAID = 8


def are_alike(one: str, other: str) -> bool:
    return (int(one, 16) ^ int(other, 16)).bit_count() <= MOST_APART


def slices_of(look: str) -> list[int]:
    """Numbers to search by, each with its place in it; none of a look that says too little.

    A wall, a night or a plain gradient looks like every other one.
    """
    bits = int(look, 16)
    if not LEAST_SAID <= bits.bit_count() <= LOOK_BITS - LEAST_SAID:
        return []
    return [place << LOOK_BITS // SLICES + 1 | part for place, part in enumerate(cut(bits))]


def cut(bits: int) -> list[int]:
    """Six slices of nine bits and one of ten."""
    edges = [LOOK_BITS * place // SLICES for place in range(SLICES + 1)]
    return [bits >> low & (1 << high - low) - 1 for low, high in pairwise(edges)]
