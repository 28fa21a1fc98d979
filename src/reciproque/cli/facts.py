"""``reciproque facts WAVE --role ROLE``: every figure about answers that a role can obtain anywhere, as JSON."""

import argparse
import json
import sys
from typing import Any

from reciproque.app.reading.facts import facts
from reciproque.app.survey.models import Wave


def run(arguments: argparse.Namespace) -> int:
    wave = Wave.objects.filter(key=arguments.wave).first()
    if wave is None:
        print(
            f"reciproque: there is no wave {arguments.wave!r}. Its key is in the address of its page.", file=sys.stderr
        )
        return 1
    print(json.dumps(facts_of(wave, arguments.role), ensure_ascii=False, indent=2))
    return 0


def facts_of(wave: Wave, role: str) -> dict[str, Any]:
    return facts(wave, role)
