"""What is typed about a workshop before and after the room. Rules are the actions' business; a form only reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reciproque.app.dialogue.models import LONGEST_STATEMENT, Reason, Session, Statement
from reciproque.app.directory.forms import PeopleField
from reciproque.app.directory.models import Account, Membership, Person
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES, Seat
from reciproque.app.survey.forms.waves import MomentField

USUAL_RULES = _(
    "Everybody answers in private first. Each side speaks in turn without being interrupted; the other says back what "
    "it heard before it answers. We talk about what happens between our companies, never about who somebody is."
)
USUAL_RECIPIENTS = _(
    "The participants and both sponsors receive the same minutes at the same minute. Nobody receives votes or names "
    "of authors."
)


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NewSessionForm(forms.Form):
    """A workshop to prepare."""

    title = forms.CharField(label=_("Title"), max_length=120)
    planned_at = MomentField(label=_("Day and hour"))
    facilitator = forms.ModelChoiceField(
        label=_("Facilitator"), queryset=Account.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    employer = forms.ChoiceField(
        label=_("Who pays the facilitator’s wages?"),
        widget=forms.RadioSelect,
        help_text=_("A facilitator employed by one company sees what participants see. Only an outsider sees more."),
    )

    def __init__(self, *args: Any, facilitators: Sequence[Membership], companies: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [membership.account_id for membership in facilitators]
        self.fields["facilitator"].queryset = Account.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
        outsider = (Seat.NEUTRAL.value, _("Neither of the two companies"))
        self.fields["employer"].choices = [outsider, *zip(SIDES, companies, strict=True)]  # type: ignore[attr-defined]
        soon = timezone.localtime(clock.now()) + timedelta(days=21)
        self.fields["planned_at"].initial = soon.replace(hour=9, minute=0, second=0, microsecond=0)
        if len(keys) == 1:
            self.fields["facilitator"].initial = keys[0]


class MandateForm(forms.Form):
    """The four parts of the mandate, and what stands above them."""

    title = forms.CharField(label=_("Title"), max_length=120)
    planned_at = MomentField(label=_("Day and hour"))
    purpose = forms.CharField(label=_("What the workshop is for"), max_length=600, widget=_area())
    people = forms.CharField(
        label=_("Who takes part"), max_length=600, widget=_area(), help_text=_("Functions rather than names.")
    )
    rules = forms.CharField(label=_("Rules"), max_length=1200, widget=_area(5))
    recipients = forms.CharField(label=_("Who receives what"), max_length=600, widget=_area())

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        initial = {name: getattr(session, name) for name in ("title", "planned_at", "purpose", "people")}
        initial["rules"] = session.rules or USUAL_RULES
        initial["recipients"] = session.recipients or USUAL_RECIPIENTS
        super().__init__(*args, **{"initial": initial, **kwargs})


class PeopleForm(forms.Form):
    """People of one company who may still be added."""

    people = PeopleField(label=_("Add"), queryset=Person.objects.none())

    def __init__(self, *args: Any, candidates: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [person.pk for person in candidates]
        self.fields["people"].queryset = Person.objects.filter(pk__in=keys)  # type: ignore[attr-defined]


class DrawUpForm(forms.Form):
    """A statement drawn up from the interviews."""

    side = forms.ChoiceField(label=_("Whose concern is it?"), widget=forms.RadioSelect)
    text_fr = forms.CharField(label=_("In French"), max_length=LONGEST_STATEMENT, required=False, widget=_area(2))
    text_en = forms.CharField(label=_("In English"), max_length=LONGEST_STATEMENT, required=False, widget=_area(2))

    def __init__(self, *args: Any, sides: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = list(sides)  # type: ignore[attr-defined]
        self.fields["side"].initial = sides[0][0] if len(sides) == 1 else None


class ModerateForm(forms.Form):
    """What is decided about one sentence."""

    text_fr = forms.CharField(label=_("In French"), max_length=LONGEST_STATEMENT, required=False, widget=_area(2))
    text_en = forms.CharField(label=_("In English"), max_length=LONGEST_STATEMENT, required=False, widget=_area(2))
    reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", _("none: as it was written")), *Reason.choices],
        help_text=_("Its author will read it. What a sentence is about is never a reason."),
    )
    remark = forms.CharField(label=_("A word for its author"), max_length=200, required=False)
    raised_client = forms.IntegerField(
        label=_("People of the client who had said it openly"), min_value=0, max_value=99, required=False
    )
    raised_supplier = forms.IntegerField(
        label=_("People of the supplier who had said it openly"), min_value=0, max_value=99, required=False
    )

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        names = ("text_fr", "text_en", "raised_client", "raised_supplier")
        initial = {name: getattr(statement, name) for name in names}
        own = f"text_{statement.language}"
        initial[own] = initial[own] or statement.raw
        super().__init__(*args, **{"initial": initial, "prefix": statement.key, **kwargs})


class VotingForm(forms.Form):
    """Until when everybody votes in private."""

    closes_at = MomentField(
        label=_("Votes until"), help_text=_("Two to seven days: enough for everybody, before the room.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        soon = timezone.localtime(clock.now()) + timedelta(days=5)
        self.fields["closes_at"].initial = soon.replace(hour=18, minute=0, second=0, microsecond=0)


class ProgrammeForm(forms.Form):
    """What will be talked about, chosen by an external facilitator."""

    common = forms.MultipleChoiceField(label=_("Common ground"), required=False, widget=forms.CheckboxSelectMultiple)
    divides = forms.MultipleChoiceField(label=_("To be debated"), required=False, widget=forms.CheckboxSelectMultiple)
    unsaid = forms.MultipleChoiceField(label=_("Left unsaid"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, statements: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = list(statements)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why a workshop is cancelled."""

    reason = forms.CharField(label=_("Why"), max_length=300, help_text=_("Both companies will read it."))


class RemarkForm(forms.Form):
    """A remark on the minutes, signed."""

    text = forms.CharField(label=_("Your remark"), max_length=600, widget=_area(4))
