"""What chance explains: Fisher's exact test, one-sided, and Benjamini and Hochberg's bound over many of them."""

from collections.abc import Sequence
from math import exp, lgamma
from typing import Final

NEGLIGIBLE: Final = 1e-18


def fisher_greater(found: int, total: int, found_before: int, total_before: int) -> float:
    """Give the probability that chance alone puts at least *found* of all that were found into the *total* of now.

    R. A. Fisher's exact test: the margins of the table are fixed, its cell follows the hypergeometric distribution.
    """
    everything, marked = total + total_before, found + found_before
    if found <= max(0, marked - total_before):
        return 1.0
    term = exp(
        _log_choose(marked, found) + _log_choose(everything - marked, total - found) - _log_choose(everything, total)
    )
    probability = 0.0
    for count in range(found, min(marked, total) + 1):
        probability += term
        term *= (marked - count) * (total - count) / ((count + 1) * (everything - marked - total + count + 1))
        # The terms rise to the mode and fall from there on.
        if term < probability * NEGLIGIBLE and count > total * marked / everything:
            break
    return min(probability, 1.0)


def discoveries(probabilities: Sequence[float], level: float) -> list[bool]:
    """Say of each of *probabilities* whether it stands, so that of those that do at most *level* are chance's.

    Benjamini and Hochberg (1995): the k-th least of m stands where it, or a greater one, is at most k * level / m.
    """
    ranked = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    last = max(
        (rank for rank, place in enumerate(ranked, 1) if probabilities[place] <= rank * level / len(ranked)), default=0
    )
    standing = set(ranked[:last])
    return [place in standing for place in range(len(probabilities))]


def _log_choose(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)
