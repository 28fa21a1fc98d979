"""Kills a process at one point of closing, opening, cancelling or starting a wave, then lets another one go on.

Run by test_waves_crashes.py in a process of its own, on a throw-away data folder with real files. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from unittest import mock

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import override_settings  # noqa: E402

import personas  # noqa: E402
import wave_steps  # noqa: E402
from reciproque.app.reading import actions as reading  # noqa: E402
from reciproque.app.reading.models import Publication, PublishedFigure  # noqa: E402
from reciproque.app.shared import audit, clock  # noqa: E402
from reciproque.app.shared.audit import actor  # noqa: E402
from reciproque.app.survey.actions import closing, sealing, waves  # noqa: E402
from reciproque.app.survey.models import Invitation, Wave, WrappedHalf  # noqa: E402
from reciproque.app.survey.urn import collect, store, verify  # noqa: E402

APP = "reciproque.app."
URN, ACTIONS, READING = f"{APP}survey.urn.", f"{APP}survey.actions.", f"{APP}reading.actions."
# What is being run when the process dies.
CLOSING = {
    "before finishing": f"{ACTIONS}closing.finish_closing",
    "urn shut": f"{URN}collect.owners",
    "who answered is marked": f"{URN}store.mix",
    "mixed": f"{URN}store.scrub",
    "scrubbed": f"{URN}tokens.destroy_secret",
    "secret destroyed": f"{URN}close.receipt_list",
    "before the last commit": f"{ACTIONS}closing.queue_closed",
}
OPENING = {
    "before computing": f"{ACTIONS}opening.publish",
    "before the publication": f"{READING}opening.mark_open",
    "amid the publication": f"{READING}invitations.queue_opened",
    "after the commit": f"{READING}opening.forget",
}
CANCELLING = {
    "cancelled in the log": f"{ACTIONS}waves.destroy_urn",
    "ballots deleted": f"{URN}store.scrub",
    "before the secret": f"{URN}tokens.destroy_secret",
}


def die(*_args: object, **_options: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(point: str, act: Callable[[], object]) -> None:
    """Run `act` in a child that dies when it calls `point`."""
    connections.close_all()
    child = os.fork()
    if not child:
        with ExitStack() as stack:
            stack.enter_context(mock.patch(point, die))
            act()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{point} was never reached"


def after_the_last_day(wave: Wave, act: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with clock.at(wave.closes_at + timedelta(minutes=1)):
            return act()

    return run


def close_through(point: str) -> dict[str, object]:
    made = wave_steps.collecting(personas.cast(people=7), level=1)
    made.answer_all({"client": 6, "supplier": 5})
    answered = collect.answered(made.wave.pk, [*made.invitations("client"), *made.invitations("supplier")])
    go_on = after_the_last_day(made.wave, closing.close_due)
    killed_at(CLOSING[point], go_on)
    go_on()
    wave = Wave.objects.get(pk=made.wave.pk)
    marked = Invitation.objects.filter(wave=wave, answered=True).values_list("id", flat=True)
    return {
        "state": wave.state,
        "counts": [wave.ballots_client, wave.ballots_supplier],
        "marked": set(marked) == answered,
        "unmarked": Invitation.objects.filter(wave=wave, answered=None).count(),
        "list holds": verify.verify_wave(wave).holds,
        "secrets left": secrets_of(wave.pk),
    }


def open_through(point: str) -> dict[str, object]:
    made = wave_steps.closed(personas.cast(people=6), level=1)
    turn = {name: lambda name=name: turn_key(made, name) for name in ("client_sponsor", "supplier_sponsor")}
    turn["client_sponsor"]()
    killed_at(OPENING[point], turn["supplier_sponsor"])
    amid = seen(made.wave)
    if amid["state"] == "closed":
        turn["supplier_sponsor"]()
    return {"amid": amid, "end": seen(made.wave)}


def turn_key(made: wave_steps.Ceremony, name: str) -> object:
    return reading.turn_key(by=actor(made.account(name)), wave=Wave.objects.get(pk=made.wave.pk), phrase="")


def seen(wave: Wave) -> dict[str, object]:
    """What anybody could read of a wave now."""
    sides = PublishedFigure.objects.filter(publication__wave=wave).values_list("side", flat=True)
    return {
        "state": Wave.objects.get(pk=wave.pk).state,
        "publications": Publication.objects.filter(wave=wave).count(),
        "sides": sorted(set(sides)),
    }


def cancel_through(point: str) -> dict[str, object]:
    made = wave_steps.collecting(personas.cast(people=5), level=1)
    made.answer_all()
    killed_at(CANCELLING[point], lambda: waves.cancel_wave(by=actor(made.cast.facilitator), wave=made.wave))
    closing.purge_due()
    return {
        "state": Wave.objects.get(pk=made.wave.pk).state,
        "ballots": sum(store.counts(made.wave.pk).values()),
        "halves": WrappedHalf.objects.filter(key__wave=made.wave).count(),
        "secrets left": secrets_of(made.wave.pk),
    }


def start_through() -> dict[str, object]:
    """Both keys are sealed, then the process dies between the wave secret and the first invitation."""
    made = wave_steps.sealing_of(personas.cast(people=5), level=1)
    made.seal("client_sponsor")
    killed_at(f"{ACTIONS}sealing.queue_invitations", lambda: made.seal("supplier_sponsor"))
    before = Wave.objects.get(pk=made.wave.pk).state
    sealing.open_due()
    return {"before": before, "after": Wave.objects.get(pk=made.wave.pk).state}


def secrets_of(wave_id: int) -> list[str]:
    """Every secret file of the wave that is left."""
    return sorted(path.name.replace(str(wave_id), "N") for path in settings.SECRETS_DIR.glob(f"*-{wave_id}[.-]*"))


def main() -> None:
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    call_command("createcachetable")
    result = {
        "closing": {point: close_through(point) for point in CLOSING},
        "opening": {point: open_through(point) for point in OPENING},
        "cancelling": {point: cancel_through(point) for point in CANCELLING},
        "starting": start_through(),
        "log": audit.verify_chain() is None,
    }
    json.dump(result, sys.stdout)


with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
    main()
