"""A script: somebody at work on an installation, without a pause, who says each thing once it is acknowledged.

    python continuity_busy.py WAVE_ID

Prints `company NAME` after an action of two rows (a company and its record in the log), `ballot PERSON RECEIPT` after
a ballot handed in, until it is stopped.
"""

from __future__ import annotations

import os
import sys
from itertools import count, cycle

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
django.setup()

from reciproque.app.directory.actions.organisations import create_organisation  # noqa: E402
from reciproque.app.shared.audit import SYSTEM  # noqa: E402
from reciproque.app.survey.actions.answering import submit_ballot  # noqa: E402
from reciproque.app.survey.models import Wave  # noqa: E402
from reciproque.app.survey.urn.collect import invitation_token  # noqa: E402

wave = Wave.objects.get(pk=int(sys.argv[1]))
people = cycle(wave.invitations.values_list("pk", flat=True))
for number, person in zip(count(), people, strict=False):
    receipt = submit_ballot(token=invitation_token(wave.pk, person), answers={"F1": 1 + number % 7})
    print("ballot", person, receipt, flush=True)
    create_organisation(by=SYSTEM, name=f"Busy {number}")
    print("company", f"Busy {number}", flush=True)
