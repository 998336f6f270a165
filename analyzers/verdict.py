"""The verdict on a recording, from what was found and what could not be judged."""

from collections.abc import Iterable
from typing import Literal

Verdict = Literal["clean", "findings", "inconclusive"]


def verdict_of(grave: Iterable[str], doubt: str | None) -> tuple[Verdict, str | None]:
    """Give the verdict, and why it is inconclusive.

    *grave* are the rules of the findings that are no mere information; *doubt* is why a recording without a finding
    about its session cannot be called clean.
    """
    codes = list(grave)
    if not all(map(about_recording, codes)):
        return "findings", None
    if doubt is not None:
        return "inconclusive", doubt
    return ("findings" if codes else "clean"), None


def about_recording(code: str) -> bool:
    """Say whether the rule *code* is about the file (RT9xx) rather than about the session."""
    return code.startswith("RT9")
