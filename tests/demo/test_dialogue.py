"""The workshops of the demonstration: told through the actions, two frozen, one open to votes."""

import pytest
from django.utils import timezone

from reciproque.app.dialogue.models import Cell, Round, Session
from reciproque.demo import dialogue, load
from reciproque.demo.stories import STORIES


@pytest.mark.parametrize(("story", "states"), [("forge", ["frozen"]), ("refill", ["frozen", "voting"])])
def test_a_workshop_is_told_as_far_as_its_story_goes(story, states):
    """What the first one chose is promised: three promises, born of a statement, with an owner on each side."""
    today = load._moment("+0", timezone.localdate())
    stage = load._stage(next(one for one in STORIES if one.key == story), load._moment(load.LONG_AGO, today.date()))
    dialogue.hold(story, stage, today)
    held, *following = Session.objects.order_by("pk")
    assert [held.state, *(session.state for session in following)] == states
    promises = list(stage.relationship.commitments.all())
    assert [one.state for one in promises] == ["open"] * 3
    assert all(one.owner_client and one.owner_supplier and one.origin_text for one in promises)
    assert not Round.objects.filter(session=held).exclude(box=None).exists()
    assert held.minutes.digest
    for session in following:
        assert not Cell.objects.filter(round__session=session).exists()
        assert session.vote_closes_at > timezone.now()


def test_what_both_companies_sign_or_promise_stands_in_both_languages():
    for telling in (one for tellings in dialogue.WORKSHOPS.values() for one in tellings):
        assert all("\n\n" in text for text in (telling.purpose, telling.who))
        assert all(" / " in text for pick in telling.picks for text in (pick.action, pick.proof, pick.first_step))
