"""Every transition, asked by every role from every state: only the table decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import wave_steps
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor, actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions import closing, opening, sealing, waves
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.states import TRANSITIONS, ForbiddenTransition, diagram, transition
from reciproque.app.survey.urn.errors import UrnError

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
ROLES = {
    "facilitator": "facilitator",
    "sponsor": "client_sponsor",
    "deputy": "supplier_deputy",
    "member": "client_member",
    "observer": "observer",
}
DOCS = Path(__file__).resolve().parents[3] / "docs/states.md"


def _later(wave: Wave):
    return wave.closes_at + timedelta(days=3)


def _extend(by: Actor, wave: Wave) -> None:
    waves.extend_wave(by=by, wave=wave, closes_at=_later(wave))


def _start_closing(by: Actor, wave: Wave) -> None:
    with clock.at(wave.closes_at + timedelta(minutes=1)):
        closing.start_closing(by=by, wave=wave)


def _open_both(by: Actor, wave: Wave) -> None:
    opening.mark_open(by=by, wave=wave, opened_at=clock.now())


def _purge(by: Actor, wave: Wave) -> None:
    with clock.at(clock.now() + timedelta(days=31)):
        closing.purge_due(by=by)


# How each transition is asked for, and the wave on which it is due.
ASKED: dict[str, Callable[[Actor, Wave], object]] = {
    "start_sealing": lambda by, wave: waves.start_sealing(by=by, wave=wave),
    "back_to_draft": lambda by, wave: waves.back_to_draft(by=by, wave=wave),
    "extend": _extend,
    "start_closing": _start_closing,
    "finish_closing": lambda by, wave: closing.finish_closing(by=by, wave=wave),
    "open_both": _open_both,
    "purge": _purge,
    "cancel_draft": lambda by, wave: waves.cancel_wave(by=by, wave=wave),
    "cancel_sealing": lambda by, wave: waves.cancel_wave(by=by, wave=wave),
    "cancel_collecting": lambda by, wave: waves.cancel_wave(by=by, wave=wave),
    "cancel_closed": lambda by, wave: waves.cancel_wave(by=by, wave=wave),
}
ASKED_FOR = [t for t in TRANSITIONS if t.name in ASKED and t.who != ("system",)]
BY_ROLE = [pytest.param(t, role, id=f"{t.name}-{role}") for t in ASKED_FOR for role in t.who if role in ROLES]


def ready_for(name: str, cast) -> Wave:
    """A wave on which the transition is due: only the role can be what is wrong."""
    if name in ("start_sealing", "cancel_draft"):
        return wave_steps.draft(cast, level=1).wave
    if name in ("back_to_draft", "cancel_sealing"):
        return wave_steps.sealing_of(cast, level=1).wave
    if name in ("extend", "cancel_collecting"):
        return wave_steps.collecting(cast, level=1).wave
    if name == "start_closing":
        made = wave_steps.collecting(cast, level=1)
        made.answer_all()
        return made.wave
    return wave_steps.closed(cast, level=1).wave


@pytest.mark.parametrize(("step", "role"), BY_ROLE)
def test_a_role_of_the_table_may_ask(cast, step, role):
    wave = ready_for(step.name, cast)
    records = AuditRecord.objects.count()
    ASKED[step.name](actor(getattr(cast, ROLES[role])), wave)
    assert Wave.objects.get(pk=wave.pk).state == step.target
    assert AuditRecord.objects.count() > records


@pytest.mark.parametrize("step", ASKED_FOR, ids=lambda step: step.name)
def test_no_other_role_may_ask(cast, step):
    wave = ready_for(step.name, cast)
    records = AuditRecord.objects.count()
    for name in [*(cast_name for role, cast_name in ROLES.items() if role not in step.who), "outsider", "host_admin"]:
        with pytest.raises(Refused):
            ASKED[step.name](actor(getattr(cast, name)), wave)
    assert Wave.objects.get(pk=wave.pk).state == step.source
    assert AuditRecord.objects.count() == records


def test_no_transition_from_another_state(cast):
    wave = wave_steps.draft(cast, level=1).wave
    for name in sorted(set(ASKED) - {"purge"}):
        sources = {t.source for t in TRANSITIONS if t.name == name}
        for state in set(WaveState) - sources:
            Wave.objects.filter(pk=wave.pk).update(state=state)
            stale = Wave.objects.get(pk=wave.pk)
            stale.state = min(sources)  # what an old page still believes
            for by in (actor(cast.facilitator), actor(cast.client_sponsor), SYSTEM):
                with pytest.raises((Refused, UrnError)):
                    ASKED[name](by, stale)
            assert Wave.objects.get(pk=wave.pk).state == state, (name, state)


def test_the_system_does_what_is_its_own(cast):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all()
    made.close()
    assert made.wave.state == "closed"
    opening.mark_open(by=actor(cast.client_sponsor), wave=made.wave, opened_at=clock.now())
    _purge(SYSTEM, made.wave)
    assert Wave.objects.get(pk=made.wave.pk).state == "purged"
    with pytest.raises(Refused):
        sealing.open_collection(wave=made.wave)


def test_the_table_refuses_what_it_does_not_hold():
    with pytest.raises(ForbiddenTransition):
        transition("open_both", "draft")


def test_the_printed_diagram_is_the_table():
    assert diagram() in DOCS.read_text(encoding="utf-8")
