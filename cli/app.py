"""The `rtlog` command: finds the subcommand, imports only that, and turns errors into one line and an exit code."""

from __future__ import annotations

import errno
import gc
import os
import sys

TYPE_CHECKING = False  # loading `typing` takes half as long as the interpreter itself

if TYPE_CHECKING:
    from typing import Final

    import typer

COMMANDS: Final = (
    "demo",
    "record",
    "import",
    "analyze",
    "timeline",
    "diff",
    "stats",
    "query",
    "info",
    "list",
    "cut",
    "doctor",
    "export",
    "merge",
    "redact",
    "report",
    "rule",
    "schema",
)
"""Subcommands in the order of the help page; each is the function of its name in `rtlog.cli.<name>`.

A name that Python keeps for itself has a `_` behind it there.
"""

COMPLETING: Final = "_RTLOG_COMPLETE"
"""Set by a shell that wants a command line completed; typer makes the name from the program's."""

USAGE_OR_INPUT: Final = 2
INTERRUPTED: Final = 130
GARBAGE: Final = (20_000, 50, 100)
"""When the garbage collector looks: loading modules, and reading a long recording, makes many objects that stay."""
DISK_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OUTPUT_CLOSED: Final = 141
"""128 + SIGPIPE: whoever read our output (`| head`) went away; neither clean nor findings."""


def main() -> None:
    """Run `rtlog`; exits with 2 for wrong usage or unreadable input, 130 when interrupted, else as the command says."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["--version"], ["-V"]):
        print(_version())
        return
    gc.set_threshold(*GARBAGE)
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:  # noqa: C901, PLR0911 - an exit for each way to end
    from rtlog.recordings.errors import RtlogError  # not above: `--version` answers before any import

    try:
        code = _done(arguments)
        sys.stdout.flush()
    except RtlogError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _output_closed()
    except SystemExit as ended:
        # What typer makes of a closed output: the exit code of findings.
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        return _output_closed()
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _output_closed()
        return _complain(f"the output cannot be written: {error.strerror}")
    except Exception as error:
        if type(error).__name__ == "Abort":  # typer's, where it is loaded
            return INTERRUPTED
        # typer keeps its usage errors private; they are known by what they can do.
        if not hasattr(error, "format_message"):
            raise
        from rtlog.cli.expected import in_words

        command = "".join(f" {name}" for name in arguments[:1] if name in COMMANDS)
        # What a validator says of a value has its own kind in front, and no full stop.
        problem = str(error.format_message()).replace("Value error, ", "").rstrip(".")
        return _complain(f"{in_words(problem)}. See: rtlog{command} -h")
    return code if isinstance(code, int) else 0


def _done(arguments: list[str]) -> object:
    """Run what *arguments* say; gives the exit code, anything else for 0."""
    if arguments[:1] == ["analyze"] and COMPLETING not in os.environ:
        from rtlog.cli import quick

        asked = quick.asked_for(arguments[1:])
        if asked is not None:
            return quick.analyze(asked)
    return _application(arguments)(standalone_mode=False)


def _output_closed() -> int:
    # Point stdout elsewhere, or the interpreter complains at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OUTPUT_CLOSED


def _complain(message: str) -> int:
    if COMPLETING not in os.environ:  # whoever presses TAB is in the middle of a line
        from rtlog.cli.saying import say

        say(message)
    return USAGE_OR_INPUT


def _version() -> str:
    """Give the version that is installed; its folder's name tells it without a library that reads metadata."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - pathlib takes as long to load as the interpreter
        except OSError:
            continue
        found = [name for name in names if name.startswith("rtlog-") and name.endswith(".dist-info")]
        if len(found) == 1:
            return f"rtlog {found[0][len('rtlog-') : -len('.dist-info')]}"
    from importlib.metadata import version

    return f"rtlog {version('rtlog')}"


def _application(arguments: list[str]) -> typer.Typer:
    """Build the typer application with the one command that was named, or all of them for help and typing errors."""
    from importlib import import_module
    from keyword import iskeyword

    import typer

    app = typer.Typer(
        name="rtlog",
        help="Flight recorder and race detector for realtime voice sessions.",
        epilog="rtlog --version tells the version, rtlog COMMAND -h what a command takes.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    named = [name for name in (_completed() or arguments)[:1] if name in COMMANDS]
    for name in named or COMMANDS:
        function = f"{name}_" if iskeyword(name) else name
        module = import_module(f"rtlog.cli.{function}")
        settings = getattr(module, "CONTEXT_SETTINGS", {})
        app.command(name, epilog=getattr(module, "EXAMPLE", None), context_settings=settings)(getattr(module, function))
    return app


def _completed() -> list[str]:
    """Give the words after `rtlog` that a shell wants completed; none where no shell asks."""
    if COMPLETING not in os.environ:
        return []
    from rtlog.cli.shell_words import rejoined, words

    os.environ.update(rejoined(os.environ))
    return words(os.environ)


def _root() -> None:
    """Flight recorder and race detector for realtime voice sessions.

    rtlog demo · rtlog record -- python my_agent.py · rtlog analyze latest · rtlog timeline latest
    """


if __name__ == "__main__":
    main()
