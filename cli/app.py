"""The `rtlog` command: finds the subcommand, imports only that, and turns errors into one line and an exit code."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import typer

COMMANDS: Final = ("demo", "record", "analyze", "timeline", "info")
"""Subcommands in the order of the help page; each is the function of its name in `rtlog.cli.<name>`."""

USAGE_OR_INPUT: Final = 2
INTERRUPTED: Final = 130


def main() -> None:
    """Run `rtlog`; exit codes are DESIGN's: 2 for usage or unreadable input, 130 when interrupted."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["--version"], ["-V"]):
        print(_version())
        return
    from rtlog.recordings.errors import RtlogError

    try:
        _application(arguments)()
    except RtlogError as error:
        print(f"rtlog: {_printable(str(error))}", file=sys.stderr)
        sys.exit(USAGE_OR_INPUT)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): point stdout elsewhere, or the interpreter complains at exit.
        sys.stdout = None
        sys.exit(0)


def _version() -> str:
    from importlib.metadata import version

    return f"rtlog {version('rtlog')}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _application(arguments: list[str]) -> "typer.Typer":
    """Build the typer application with the one command that was named, or all of them for help and typing errors."""
    import typer

    app = typer.Typer(
        name="rtlog",
        help="Flight recorder and race detector for realtime voice sessions.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    named = [name for name in arguments[:1] if name in COMMANDS]
    for name in named or COMMANDS:
        module = import_module(f"rtlog.cli.{name}")
        settings = getattr(module, "CONTEXT_SETTINGS", {})
        app.command(name, epilog=getattr(module, "EXAMPLE", None), context_settings=settings)(getattr(module, name))
    return app


def _root() -> None:
    """Flight recorder and race detector for realtime voice sessions.

    rtlog demo · rtlog record -- python my_agent.py · rtlog analyze latest · rtlog timeline latest
    """


if __name__ == "__main__":
    main()
