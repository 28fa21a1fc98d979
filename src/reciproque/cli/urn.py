"""``reciproque urn verify``: recompute the receipts of closed waves from what is stored, and compare."""

import argparse
import sys

from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.messages import PROBLEMS
from reciproque.app.survey.urn.verify import verify_wave


def run(arguments: argparse.Namespace) -> int:
    waves = Wave.objects.exclude(receipts_root="").select_related("relationship__client", "relationship__supplier")
    if arguments.wave:
        waves = waves.filter(key=arguments.wave)
        if not waves:
            print(f"reciproque: no closed wave has the key {arguments.wave!r}.", file=sys.stderr)
            return 1
    if not waves:
        print("No wave has been closed yet: there is nothing to verify.")
    held = [_say(wave) for wave in waves]
    return 0 if all(held) else 1


def _say(wave: Wave) -> bool:
    found = verify_wave(wave)
    counts = f"{found.client} + {found.supplier} ballots, {found.listed} receipts, root {found.root[:12]}"
    if found.holds:
        print(f"{wave.key}  {wave}: holds ({counts})")
        return True
    print(f"{wave.key}  {wave}: does NOT hold ({counts})", file=sys.stderr)
    for problem in found.problems:
        print(f"    {PROBLEMS[problem]}", file=sys.stderr)
    return False
