"""Which elements of two sequences correspond: patience first, then the longest common runs, in bounded time.

Patience: what is unique on both sides and stands in the same order is an anchor, and the gaps between anchors are
aligned in turn. Myers' algorithm alone was rejected: between two sessions that differ much it is quadratic.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

SMALL: Final = 100_000
"""Pairs of elements that a block without anchors may have; a larger one is halved first."""

Pair = tuple[int, int]


class Block(NamedTuple):
    """Elements `a` up to `a_end` of one sequence, `b` up to `b_end` of the other."""

    a: int
    a_end: int
    b: int
    b_end: int


def aligned(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """Give the indices of equal elements that correspond, both ascending."""
    pairs: list[Pair] = []
    waiting = [Block(0, len(a), 0, len(b))]
    while waiting:
        block = _trimmed(a, b, waiting.pop(), pairs)
        if block.a == block.a_end or block.b == block.b_end:
            continue
        anchors = _anchors(a, b, block)
        if anchors:
            pairs += anchors
            waiting += gaps(anchors, block)
        elif (block.a_end - block.a) * (block.b_end - block.b) <= SMALL:
            pairs += _longest_runs(a, b, block)
        else:
            waiting += _halves(block)
    return sorted(pairs)


def gaps(pairs: Sequence[Pair], whole: Block) -> list[Block]:
    """Give the parts of *whole* that ascending *pairs* leave on either side of each; parts may be empty."""
    blocks = []
    start_a, start_b = whole.a, whole.b
    for i, j in [*pairs, (whole.a_end, whole.b_end)]:
        blocks.append(Block(start_a, i, start_b, j))
        start_a, start_b = i + 1, j + 1
    return blocks


def _trimmed(a: Sequence[Hashable], b: Sequence[Hashable], block: Block, pairs: list[Pair]) -> Block:
    """Pair what *block* begins and ends with on both sides; gives what is left between."""
    i, i_end, j, j_end = block
    while i < i_end and j < j_end and a[i] == b[j]:
        pairs.append((i, j))
        i, j = i + 1, j + 1
    while i < i_end and j < j_end and a[i_end - 1] == b[j_end - 1]:
        i_end, j_end = i_end - 1, j_end - 1
        pairs.append((i_end, j_end))
    return Block(i, i_end, j, j_end)


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], block: Block) -> list[Pair]:
    """Give the longest ascending run of what is unique on both sides of *block*."""
    in_a, in_b = Counter(a[block.a : block.a_end]), Counter(b[block.b : block.b_end])
    places = {b[j]: j for j in range(block.b, block.b_end)}
    unique = [(i, places[a[i]]) for i in range(block.a, block.a_end) if in_a[a[i]] == in_b.get(a[i]) == 1]
    return ascending(unique)


def ascending(pairs: Sequence[Pair]) -> list[Pair]:
    """Give the longest part of *pairs*, ascending on the left, that ascends on the right too."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for number, (_, right) in enumerate(pairs):
        length = bisect_left(ends, right)
        before.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [right]
        tails[length : length + 1] = [number]
    chosen: list[Pair] = []
    at = tails[-1] if tails else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    return chosen[::-1]


def _longest_runs(a: Sequence[Hashable], b: Sequence[Hashable], block: Block) -> list[Pair]:
    matcher = SequenceMatcher(None, a[block.a : block.a_end], b[block.b : block.b_end], autojunk=False)
    return [
        (block.a + run.a + step, block.b + run.b + step)
        for run in matcher.get_matching_blocks()
        for step in range(run.size)
    ]


def _halves(block: Block) -> list[Block]:
    middle_a, middle_b = (block.a + block.a_end) // 2, (block.b + block.b_end) // 2
    return [Block(block.a, middle_a, block.b, middle_b), Block(middle_a, block.a_end, middle_b, block.b_end)]
