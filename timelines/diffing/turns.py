"""Which turns of two sessions correspond: what the user said decides, then what happened; always in order."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from rtlog.timelines.diffing.alignment import Block, Pair, aligned, gaps
from rtlog.timelines.diffing.occurrences import Turn

WEIGHED: Final = 10_000
"""Pairs of turns that are weighed against each other; in a larger gap turns correspond by their order."""


def paired_turns(a: Sequence[Turn], b: Sequence[Turn]) -> list[Pair]:
    """Give the indices of turns that correspond; the openings always do."""
    anchors = [(0, 0), *((i + 1, j + 1) for i, j in aligned(_keys(a[1:]), _keys(b[1:])))] if a and b else []
    pairs = list(anchors)
    for block in gaps(anchors, Block(0, len(a), 0, len(b))):
        if (block.a_end - block.a) * (block.b_end - block.b) > WEIGHED:
            pairs += zip(range(block.a, block.a_end), range(block.b, block.b_end), strict=False)
        else:
            pairs += _most_alike(a, b, block)
    return sorted(pairs)


def _keys(turns: Sequence[Turn]) -> list[Hashable]:
    return [" ".join(sorted(_tokens(turn))) or tuple(o.sign.shape for o in turn.occurrences) for turn in turns]


def _tokens(turn: Turn) -> frozenset[str]:
    text = "".join(char if char.isalnum() else " " for char in (turn.text or "").casefold())
    return frozenset(text.split())


def _most_alike(a: Sequence[Turn], b: Sequence[Turn], block: Block) -> list[Pair]:
    """Pair as many turns of *block* as there are on the shorter side, the most alike (Needleman and Wunsch)."""
    mine = [_traits(turn) for turn in a[block.a : block.a_end]]
    others = [_traits(turn) for turn in b[block.b : block.b_end]]
    rows = [[0.0] * (len(others) + 1)]
    for left in mine:
        row = [0.0]
        for j, right in enumerate(others):
            row.append(max(rows[-1][j] + 1 + _likeness(left, right), rows[-1][j + 1], row[j]))
        rows.append(row)
    pairs: list[Pair] = []
    i, j = len(mine), len(others)
    while i and j:
        if rows[i][j] == rows[i - 1][j]:
            i -= 1
        elif rows[i][j] == rows[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((block.a + i, block.b + j))
    return pairs


class _Traits(NamedTuple):
    """What of a turn is weighed."""

    tokens: frozenset[str]
    acts: Counter[Hashable]


def _traits(turn: Turn) -> _Traits:
    gists = [occurrence.sign.gist for occurrence in turn.occurrences]
    return _Traits(_tokens(turn), Counter([*gists, *pairwise(gists)]))


def _likeness(one: _Traits, other: _Traits) -> float:
    """Give how alike two turns are, from 0 to 1."""
    words = _share(len(one.tokens & other.tokens), len(one.tokens | other.tokens))
    acts = _share((one.acts & other.acts).total(), (one.acts | other.acts).total())
    return (words + acts) / 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
