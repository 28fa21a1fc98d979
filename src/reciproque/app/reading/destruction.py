"""Words of the ballots that both companies do not read: destroyed with the ballots, thirty days after the opening.

Until then a facilitator may still reword, or withhold, or decide otherwise. Afterwards the only words left are those
that both pages show: what was for the facilitator alone, withheld, never reworded, or over the number of the other
side is gone, and so is the original of what was reworded.
"""

from __future__ import annotations

from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.sides import shown_texts
from reciproque.app.survey.destruction import keeps_words
from reciproque.app.survey.models import Wave


@keeps_words
def destroy_unpublished(wave: Wave) -> None:
    """Blank them; may be run again. That a text was there stays, not what it said."""
    for publication in Publication.objects.filter(wave=wave):
        shown = [text.pk for text in shown_texts(publication)]
        publication.texts.exclude(pk__in=shown).update(text="", reworded="")
        publication.texts.exclude(reworded="").update(text="")
