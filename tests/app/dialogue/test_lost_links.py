"""Links that were destroyed, or that no backup brought back: said plainly, never a fault."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

import personas
import workshops
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.minutes import freeze_due
from reciproque.app.dialogue.actions.sessions import cancel_session
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import AuditRecord


@pytest.mark.parametrize("how", ["cancelled", "restored without secrets"])
def test_a_link_that_is_gone_cannot_be_shown_and_nothing_says_that_it_was(
    cast, how, django_capture_on_commit_callbacks
):
    session = workshops.signed(cast)
    person = workshops.invite(cast, session)["client"][0]
    with django_capture_on_commit_callbacks(execute=True):
        if how == "cancelled":
            cancel_session(by=actor(cast.facilitator), session=session, reason="Another day")
        else:
            urn.destroy_links(session)
    client = Client(headers={"accept-language": "fr"})
    client.force_login(cast.client_sponsor)
    response = client.post(reverse("workshop-person-link", args=[session.key, person.key]), follow=True)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode() or "is-error" in response.content.decode()
    assert "#" + urn.link_of.__name__ not in response.content.decode()
    assert not AuditRecord.objects.filter(action="workshop.link_shown").exists()


def test_links_left_by_a_process_that_was_killed_are_destroyed_by_the_next_turn(cast):
    over, open_one = workshops.signed(cast), workshops.signed(personas.cast(people=7))
    cancel_session(by=actor(cast.facilitator), session=over, reason="Another day")  # and killed before its last step
    left = [(settings.SECRETS_DIR / f"workshop-{session.key}.key") for session in (over, open_one)]
    assert [path.exists() for path in left] == [True, True]
    freeze_due()
    assert [path.exists() for path in left] == [False, True]
