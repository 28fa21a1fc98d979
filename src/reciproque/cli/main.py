"""The ``reciproque`` command: reads the command line and hands over to one module per subcommand.

Each subcommand returns an exit code: 0 done, 1 something is wrong and was said, 2 the command could not be understood.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import reciproque
from reciproque.config.env import BadSetting


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reciproque", description=reciproque.__doc__)
    parser.add_argument("--version", action="version", version=f"Réciproque {reciproque.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="prepare the databases and serve the product")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=2, help="web processes")
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

    urn = commands.add_parser("urn", help="the sealed urn")
    urn.add_argument("what", choices=["verify"])
    urn.add_argument("wave", nargs="?", help="a wave's key; all closed waves without it")

    facts = commands.add_parser("facts", help="every figure about answers that a role can obtain, as JSON")
    facts.add_argument("wave")
    facts.add_argument("--role", required=True, choices=ROLES)

    simulate = commands.add_parser(
        "simulate", help="made-up campaigns with their truth, to attack (RECIPROQUE_SIMULATE=1)"
    )
    simulate.add_argument("--campaigns", type=int, default=20)
    simulate.add_argument("--client", type=_span, default=(4, 30), metavar="LO-HI")
    simulate.add_argument("--supplier", type=_span, default=(4, 30), metavar="LO-HI")
    simulate.add_argument("--functions", type=int, default=4)
    simulate.add_argument("--waves", type=int, default=1)
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
    return parser


ROLES = ["client-member", "supplier-member", "sponsor-client", "sponsor-supplier", "facilitator"]
WITH_DJANGO = {"worker", "demo", "check", "backup", "restore", "audit", "urn", "facts"}


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
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
    try:
        if arguments.command in WITH_DJANGO:
            import django

            django.setup()
        module = importlib.import_module(f"reciproque.cli.{arguments.command}")
        return int(module.run(arguments))
    except BadSetting as error:
        print(f"reciproque: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
