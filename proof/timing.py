"""Whether a stranger learns who somebody is by asking: a real server, the same page and the same time for everybody.

`reciproque serve` on a data folder of its own, with people who were asked and have answered or not, people not asked,
accounts that are alive, disabled, without a password yet, with a second factor, and addresses that nobody has. Each
form gets all kinds in turn, in an order drawn anew each round. The load of the machine is printed with the figures:
medians within some milliseconds mean something only on a calm one.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from claims import Claim, run

from attack.timing import QUESTIONS, SEED, ask, until_refused
from installations import Installation, fetch, free_port

LIMIT = 5.0  # milliseconds


def prove(full: bool) -> Iterator[Claim]:
    count = 1000 if full else 300
    with tempfile.TemporaryDirectory(prefix="reciproque-timing-") as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        place = Installation(Path(folder) / "data", {"RECIPROQUE_PROXIES": "1", "RECIPROQUE_URL": address})
        with place.start("serve", "--port", port):
            fetch(f"{address}/health")
            place.python(SEED.format(count=count // 2))
            for question in QUESTIONS:
                yield from _claims(question, port, count if full else question.most)
            known, nobody = (list(until_refused(port, kind, count // 2 - 1)) for kind in ("known", "nobdy"))
            refused = sum(page != known[0] for page in known)
            alike = known == nobody and refused > 0
            yield Claim(
                "Too many wrong passwords are refused alike for an account and for nobody", "alike, within 9 tries",
                f"{'alike' if known == nobody else 'not alike'}, after {len(known) - refused}", alike,
            )  # fmt: skip


def _claims(question, port: int, count: int) -> Iterator[Claim]:
    heard = ask(port, question, count, random.Random(f"timing {question.name}"))
    medians = ", ".join(f"{kind} {time:.1f}" for kind, time in heard.medians.items())
    print(f"timing: {question.name}: {medians} ms; load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    yield Claim(
        f"{question.name}: the same answer to the byte for {len(question.kinds)} kinds of people",
        f"0 of {len(question.kinds)} kinds differ", str(len(heard.unlike)), not heard.unlike,
    )  # fmt: skip
    yield Claim(
        f"{question.name}: medians of {count} tries of each kind", f"at most {LIMIT:g} ms apart",
        f"{heard.apart:.1f} ms (halves of one kind: {heard.by_chance:.1f} ms)", heard.apart <= LIMIT,
    )  # fmt: skip


if __name__ == "__main__":
    run(prove)
