"""What the shell completes: rules by code and name, providers, clients. Asked once a <TAB>, so imported late."""

from collections.abc import Iterable, Iterator


def selectors(incomplete: str) -> Iterator[tuple[str, str]]:
    """Give the rules whose code or name continues the last comma-separated word of *incomplete*, with the other."""
    before, comma, word = incomplete.rpartition(",")
    for name, summary in _rules():
        if name.casefold().startswith(word.casefold()):
            # typer offers only what begins as it was typed
            yield f"{before}{comma}{word}{name[len(word) :]}", summary


def providers(incomplete: str) -> list[str]:
    """Give the names of providers that begin with *incomplete*."""
    from rtlog.recordings.vocabulary.dialects import DIALECTS

    return _beginning(incomplete, DIALECTS)


def clients(incomplete: str) -> list[str]:
    """Give the profiles, as `NAME@VERSION`, that begin with *incomplete*."""
    from rtlog.analyzers.profiles.releases import profile_names

    return _beginning(incomplete, profile_names())


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _rules() -> Iterator[tuple[str, str]]:
    """Give the codes before the names: an empty word completes to the shorter."""
    from rtlog.cli.loading import known_rules

    rules = known_rules()
    for rule in rules:
        yield rule.code, rule.name
    for rule in rules:
        yield rule.name, rule.code
