"""What phones and console send during the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reciproque.app.dialogue.models import Participant, Proposal, Round, Session
from reciproque.app.dialogue.queries.live import people_across, topics_reached
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES

Counts = dict[tuple[str, str], list[int]]


def number(data: Mapping[str, Any], name: str) -> int:
    """A whole number that a button carries; what is none is refused."""
    value = str(data.get(name, ""))
    if not value.isdecimal() or len(value) > 5:
        raise Refused(_("This page no longer fits the session: open it again."))
    return int(value)


def paper_name(code: str, side: str, answer: int) -> str:
    return f"{code}/{side}/{answer}"


def paper(data: Mapping[str, Any], round_: Round) -> Counts:
    """How many slips of each side gave each answer; an empty field is none."""
    return {
        (code, side): [_count(data.get(paper_name(code, side, answer), "")) for answer in range(size)]
        for code, size in round_.items
        for side in SIDES
    }


def _count(typed: str) -> int:
    slips = typed.strip() or "0"
    if not slips.isdecimal() or len(slips) > 3:
        raise Refused(_("Type whole numbers of slips."))
    return int(slips)


class ProposalForm(forms.ModelForm):
    """If…, we will…, seen by…: from a phone, or written down by the facilitator."""

    class Meta:
        model = Proposal
        fields = (
            "statement",
            "condition",
            "action",
            "proof",
            "owed_by",
            "effort_client",
            "effort_supplier",
            "partner",
        )

    def __init__(self, *args: Any, session: Session, author: Participant | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relationship = session.relationship
        self.fields["statement"].queryset = topics_reached(session)  # type: ignore[attr-defined]
        self.fields["statement"].empty_label = "—"  # type: ignore[attr-defined]
        self.fields["statement"].label = _("Which statement does it answer?")
        names = {
            "both": _("Both companies"),
            "client": str(relationship.client),
            "supplier": str(relationship.supplier),
        }
        self.fields["owed_by"].choices = list(names.items())  # type: ignore[attr-defined]
        self.fields["effort_client"].label = _("Effort for %(company)s") % {"company": relationship.client}
        self.fields["effort_supplier"].label = _("Effort for %(company)s") % {"company": relationship.supplier}
        if author is None:
            del self.fields["partner"]
        else:
            across = people_across(session, author.side)
            self.fields["partner"].queryset = across  # type: ignore[attr-defined]
            self.fields["partner"].empty_label = "—"  # type: ignore[attr-defined]
            self.fields["partner"].label = _("Written together with")
            self.fields["partner"].required = False


class TermsForm(forms.Form):
    """Who owns a chosen proposal on each side, the first step and the date."""

    owner_client = forms.ModelChoiceField(queryset=Participant.objects.none())
    owner_supplier = forms.ModelChoiceField(queryset=Participant.objects.none())
    first_step = forms.CharField(label=gettext_lazy("First step"), max_length=200)
    first_step_by = forms.DateField(
        label=gettext_lazy("First step before"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    due_on = forms.DateField(
        label=gettext_lazy("Promise kept by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SIDES:
            field: Any = self.fields[f"owner_{side}"]
            field.queryset = session.participants.filter(side=side, left=False)
            field.label = _("Owner at %(company)s") % {"company": session.relationship.organisation(side)}


def terms_of(proposal: Proposal, session: Session) -> TermsForm:
    """The form of a chosen proposal, with what was said so far."""
    names = ("owner_client", "owner_supplier", "first_step", "first_step_by", "due_on")
    initial = {name: getattr(proposal, name) for name in names}
    return TermsForm(session=session, initial=initial, prefix=proposal.key)
