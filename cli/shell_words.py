"""The command line that a shell wants completed, which it hands over in the environment."""

from collections.abc import Mapping


def words(environment: Mapping[str, str]) -> list[str]:
    """Give the words after `rtlog`: bash hands them over one a line, zsh and fish as one text."""
    return (environment.get("COMP_WORDS") or environment.get("_TYPER_COMPLETE_ARGS", "")).split()[1:]


def rejoined(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what to change in *environment*: bash makes `--select=RT1` three words, of which the second is no value."""
    line = environment.get("COMP_WORDS", "").split("\n")
    position = environment.get("COMP_CWORD", "")
    before = line[: int(position)] if position.isdigit() else []
    kept = [word for last, word in zip(["", *before], before, strict=False) if word != "=" or not last.startswith("--")]
    if kept == before:
        return {}
    return {"COMP_WORDS": "\n".join(kept + line[len(before) :]), "COMP_CWORD": str(len(kept))}
