"""The workshops of the demonstration: told through the actions, one frozen, one open to votes."""

import pytest
from django.utils import timezone

from reciproque.app.dialogue.models import Cell, Round, Session
from reciproque.demo import dialogue, load
from reciproque.demo.stories import STORIES


@pytest.mark.parametrize(("story", "state"), [("forge", "frozen"), ("refill", "voting")])
def test_a_workshop_is_told_as_far_as_its_story_goes(story, state):
    today = load._moment("+0", timezone.localdate())
    stage = load._stage(next(one for one in STORIES if one.key == story), load._moment("2026-01-02", today.date()))
    dialogue.hold(story, stage, today)
    session = Session.objects.get()
    assert session.state == state
    if state == "frozen":
        promises = list(stage.relationship.commitments.all())
        assert [one.state for one in promises] == ["open"] * 3
        assert all(one.owner_client and one.owner_supplier and one.origin_text for one in promises)
        assert not Round.objects.exclude(box=None).exists()
        assert session.minutes.digest
    else:
        assert not Cell.objects.exists()
        assert session.vote_closes_at > timezone.now()
