"""The ``reciproque`` command: reads the command line and hands over to one module per subcommand.

Each subcommand returns an exit code: 0 done, 1 something is wrong and was said, 2 the command could not be understood.
"""

import argparse
import importlib
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import reciproque
from reciproque.cli import measure
from reciproque.cli.errors import CannotRun
from reciproque.config import env


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reciproque", description=reciproque.__doc__)
    parser.add_argument("--version", action="version", version=f"Réciproque {reciproque.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="prepare the databases and serve the product")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--workers", type=_count, default=2, help="web processes")
    serve.add_argument(
        "--with-worker", action="store_true", help="also run the worker that sends mails and closes waves"
    )

    commands.add_parser("worker", help="send mails, open, close and purge waves when they are due")

    demo = commands.add_parser("demo", help="load the demonstration stories (RECIPROQUE_DEMO=1)")
    demo.add_argument("--again", action="store_true", help="erase the demonstration data and start again")

    commands.add_parser("check", help="say what is wrong with this installation and how to mend it")

    backup = commands.add_parser("backup", help="copy both databases into a new folder, with hashes")
    backup.add_argument("folder", type=Path)
    restore = commands.add_parser("restore", help="put a backup back, after verifying its hashes")
    restore.add_argument("folder", type=Path)
    restore.add_argument("--replace", action="store_true", help="replace the data that is there now")

    audit = commands.add_parser("audit", help="the tamper-evident log")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument("--head", help="a head received by mail, to notice a log cut short")

    account = commands.add_parser("account", help="close, disable or let in again an account, from the terminal")
    account.add_argument("what", choices=["sessions", "factor", "disable", "enable"])
    account.add_argument("email")

    urn = commands.add_parser("urn", help="the sealed urn")
    urn.add_argument("what", choices=["verify"])
    urn.add_argument("wave", nargs="?", help="a wave's key; all closed waves without it")

    facts = commands.add_parser("facts", help="every figure about answers that a role can obtain, as JSON")
    facts.add_argument("wave")
    facts.add_argument("--role", required=True, choices=ROLES)

    _add_simulate(commands)

    dialogue = commands.add_parser("dialogue", help="read the votes of two sides from a file")
    dialogue.add_argument("file", type=Path, metavar="FILE.json")
    dialogue.add_argument("--format", choices=["text", "json"], default="text")
    dialogue.add_argument("--language", choices=["fr", "en"], default=_spoken_here())

    measure.add_arguments(commands, spoken=_spoken_here())
    return parser


def _add_simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    simulate = commands.add_parser(
        "simulate", help="made-up campaigns with their truth, to attack (RECIPROQUE_SIMULATE=1)"
    )
    simulate.add_argument("--campaigns", type=_count, default=20)
    simulate.add_argument("--client", type=_span, default=(4, 30), metavar="LO-HI")
    simulate.add_argument("--supplier", type=_span, default=(4, 30), metavar="LO-HI")
    simulate.add_argument("--functions", type=_count, default=4)
    simulate.add_argument("--waves", type=_count, default=1)
    simulate.add_argument(
        "--moves", type=_span, default=(0, 0), metavar="LO-HI", help="people who come or go between waves, a side"
    )
    simulate.add_argument(
        "--drift",
        type=float,
        default=0.0,
        help="share of people who answer anew in later waves (0, the worst case: nobody else changes)",
    )
    simulate.add_argument(
        "--stress", action="store_true", help="functions far apart, answers near the ends of the scale"
    )
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument("--out", type=Path, required=True)


ROLES = ["client-member", "supplier-member", "sponsor-client", "sponsor-supplier", "facilitator"]
STARTS_ANEW = {"serve", "worker", "demo", "prepare", "restore"}
"""Commands that may begin in an empty folder; the others speak of an installation that exists."""
WITHOUT_DJANGO = {"serve", "simulate", "dialogue", "measure"}
WITHOUT_INSTALLATION = {"simulate", "dialogue", "measure"}


def _spoken_here() -> str:
    """French where the machine speaks French, else English; POSIX order of precedence."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if spoken.lower().startswith("fr") else "en"


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


def _span(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    try:
        span = (int(low), int(high or low))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a range such as 4-30") from error
    if not 0 <= span[0] <= span[1]:
        raise argparse.ArgumentTypeError(f"{text!r}: the first number must not exceed the second")
    return span


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)

    def run(arguments: argparse.Namespace) -> int:
        module = importlib.import_module(f"reciproque.cli.{arguments.command}")
        return int(module.run(arguments))

    return guarded(run, arguments)


def guarded(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Run a command; whatever goes wrong for a reason that can be named is said in a sentence, without a traceback."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what is in memory while a wave opens must never reach the disk
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
    try:
        _find_data_folder(arguments.command)
        if arguments.command not in WITHOUT_DJANGO:
            import django

            django.setup()
            return _on_the_databases(run, arguments)
        return run(arguments)
    except env.BadSetting as error:
        return _say(error, code=2)
    except CannotRun as error:
        return _say(error, code=1)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if "django" in sys.modules and _is_about_the_database(error):
            return _say(f"the database cannot be used: {error}\nreciproque check says more.", code=1)
        raise


def _on_the_databases(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """A restore that was killed is finished first, and none may begin meanwhile."""
    from django.conf import settings

    from reciproque.cli.running import pending, running

    if arguments.command == "restore":
        return run(arguments)
    if pending(settings.DATA_DIR).exists():
        importlib.import_module("reciproque.cli.restore").finish()
    with running(settings.DATA_DIR):
        return run(arguments)


def _say(problem: object, *, code: int) -> int:
    print(f"reciproque: {problem}", file=sys.stderr)
    return code


def _is_about_the_database(error: Exception) -> bool:
    from django.db import Error

    return isinstance(error, Error)


def _find_data_folder(command: str) -> None:
    """Make the data folder for the commands that start an installation; the others find one or say so."""
    folder = env.folder("RECIPROQUE_DATA", "data")
    if command in STARTS_ANEW:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise env.BadSetting(f"{folder} cannot be made: {error.strerror}. Set RECIPROQUE_DATA.") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise env.BadSetting(f"nothing can be written in {folder}. Give it to this user, or set RECIPROQUE_DATA.")
    elif command not in WITHOUT_INSTALLATION and not folder.is_dir():
        raise env.BadSetting(f"there is no installation in {folder}. Set RECIPROQUE_DATA, or start `reciproque serve`.")


if __name__ == "__main__":
    sys.exit(main())
