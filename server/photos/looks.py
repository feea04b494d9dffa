"""Whether two pictures are one: the same file, or few of the 64 bits that say what each looks like
differ. Pure.

A sign is a look or a file's hash, in hex; which of the two, its length tells.
"""

from itertools import pairwise

LOOK_BITS = 64
SLICES = 7
MOST_APART = SLICES - 1
"""More slices than differing bits, so one slice of two that are alike is always the same."""
LEAST_SAID = 8
HASH_CHARS = 64
HASH_SLICE = 1 << 30
"""Numbers from here on are the beginnings of hashes; those of looks are all lower."""
HASH_SLICE_CHARS = 7


def are_alike(one: str, other: str) -> bool:
    if len(one) == HASH_CHARS or len(other) == HASH_CHARS:
        return one == other
    return (int(one, 16) ^ int(other, 16)).bit_count() <= MOST_APART


def slices_of(sign: str) -> list[int]:
    """Numbers to search by, each with its place in it; none of a look that says too little.

    A wall, a night or a plain gradient looks like every other one, and only its file is its own.
    """
    if len(sign) == HASH_CHARS:
        return [HASH_SLICE | int(sign[:HASH_SLICE_CHARS], 16)]
    bits = int(sign, 16)
    if not LEAST_SAID <= bits.bit_count() <= LOOK_BITS - LEAST_SAID:
        return []
    return [place << LOOK_BITS // SLICES + 1 | part for place, part in enumerate(cut(bits))]


def cut(bits: int) -> list[int]:
    """Six slices of nine bits and one of ten."""
    edges = [LOOK_BITS * place // SLICES for place in range(SLICES + 1)]
    return [bits >> low & (1 << high - low) - 1 for low, high in pairwise(edges)]
