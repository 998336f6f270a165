"""What a validator says of a wrong value, in our words; loaded only where a value is wrong."""

import re
from typing import Final

SUBJECT: Final = "Input should be "
_WORDS: Final = (
    (re.compile(r"a valid integer\b.*"), "a whole number"),
    (re.compile(r"a valid number\b.*"), "a number"),
    (re.compile(r"a valid boolean\b.*"), "true or false"),
    (re.compile(r"an? valid (?=\w)"), "a "),
    (re.compile(r"greater than or equal to "), "at least "),
    (re.compile(r"less than or equal to "), "at most "),
    (re.compile(r"greater than "), "more than "),
)


def expected(message: str) -> str:
    """Give what a value should be, by the *message* of a validator, which is not ours: `a number`, `at least 0`."""
    wanted = message.removeprefix(SUBJECT)
    for pattern, words in _WORDS:
        wanted, changed = pattern.subn(words, wanted, count=1)
        if changed:
            break
    return wanted


def in_words(problem: str) -> str:
    """Give *problem*, a sentence about an option, with what its value should be said in our words."""
    about, found, wanted = problem.partition(SUBJECT)
    return f"{about}it should be {expected(wanted)}" if found else problem
