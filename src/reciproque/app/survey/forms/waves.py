"""What is typed about a wave. Rules are the actions' business; a form only reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from reciproque import instruments
from reciproque.app.directory.forms import PeopleField
from reciproque.app.directory.models import Person, Post
from reciproque.app.shared import clock
from reciproque.app.survey.models import Wave

FAR = 10  # years
COLLECTING_DAYS, GRACE_HOURS, MOST_GRACE, QUORUM, MOST_QUORUM = 14, 24, 720, 5, 500


class MomentField(forms.DateTimeField):
    """A day and an hour, in the browser's own picker; still typed by hand without it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment and abs(moment.year - clock.today().year) > FAR:
            raise ValidationError(_("This day is years away: look at the year again."))
        return moment


class DatesForm(forms.Form):
    """When the next wave collects."""

    opens_at = MomentField(
        label=_("Invitations leave on"), help_text=_("At the earliest: both keys must be sealed too.")
    )
    closes_at = MomentField(label=_("Answers until"), help_text=_("At the latest: past this hour nobody can answer."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opens = timezone.localtime(clock.now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self.fields["opens_at"].initial = opens
        self.fields["closes_at"].initial = (opens + timedelta(days=COLLECTING_DAYS)).replace(hour=18)


class SettingsForm(DatesForm):
    """The rules of a wave, which both sponsors will accept in sealing."""

    form = forms.ChoiceField(label=_("Questionnaire"), widget=forms.RadioSelect)
    languages = forms.MultipleChoiceField(
        label=_("Languages offered to respondents"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
        choices=settings.LANGUAGES,
    )
    quorum_client = forms.IntegerField(
        label=_("Quorum, client side"),
        min_value=QUORUM,
        max_value=MOST_QUORUM,
        help_text=_("Answers needed on this side, five at least. If one quorum is missed, nobody opens anything."),
    )
    quorum_supplier = forms.IntegerField(
        label=_("Quorum, supplier side"),
        min_value=QUORUM,
        max_value=MOST_QUORUM,
        help_text=_("The same rule on the other side: the smaller side decides what can be shown for both."),
    )
    grace_hours = forms.IntegerField(
        label=_("Hours of grace"),
        min_value=1,
        max_value=MOST_GRACE,
        help_text=_(
            "Answers close this long after both quorums are reached, or on the last day, whichever comes first."
        ),
    )
    level = forms.TypedChoiceField(
        label=_("Sealing keys"), widget=forms.RadioSelect, coerce=int, choices=Wave.Level.choices
    )
    field_order = (
        "form",
        "languages",
        "opens_at",
        "closes_at",
        "quorum_client",
        "quorum_supplier",
        "grace_hours",
        "level",
    )

    def __init__(self, *args: Any, wave: Wave | None = None, **kwargs: Any) -> None:
        initial = _values_of(wave) if wave else _usual_values()
        super().__init__(*args, initial=initial, **kwargs)
        if wave:
            for name in ("opens_at", "closes_at"):
                self.fields[name].initial = timezone.localtime(getattr(wave, name))
        form = self.fields["form"]
        assert isinstance(form, forms.ChoiceField)
        form.choices = form_choices(wave)
        if not settings.DEMO:
            del self.fields["level"]


def form_choices(wave: Wave | None) -> list[tuple[str, str]]:
    """Both forms with their number of questions; a wave that follows the baseline keeps the baseline's."""
    instrument = instruments.parse(wave.instrument_text if wave else instruments.source())
    labels = {
        Wave.Form.FULL: _("Full questionnaire: %(questions)d questions, nine minutes"),
        Wave.Form.PULSE: _("Short pulse: %(questions)d questions, three minutes"),
    }
    offered = [wave.form] if wave and wave.cloned_from_id else list(labels)
    return [(form, labels[Wave.Form(form)] % {"questions": len(instrument.questions_of(form))}) for form in offered]


def _values_of(wave: Wave) -> dict[str, Any]:
    names = ("form", "languages", "quorum_client", "quorum_supplier", "grace_hours", "level")
    return {name: getattr(wave, name) for name in names}


def _usual_values() -> dict[str, Any]:
    return {
        "form": Wave.Form.FULL,
        "languages": [code for code, _name in settings.LANGUAGES],
        "quorum_client": QUORUM,
        "quorum_supplier": QUORUM,
        "grace_hours": GRACE_HOURS,
        "level": Wave.Level.TWO_KEYS,
    }


class PeopleChoice(PeopleField):
    """People ticked one by one, each with the function held today."""

    def label_from_instance(self, person: Person) -> str:
        posts = [str(post.function) for post in person.posts.all()]
        details = ", ".join([*posts, *([] if person.email else [str(_("no e-mail address"))])])
        return f"{person} · {details}" if details else str(person)


class PeopleForm(forms.Form):
    """One company's list."""

    people = PeopleChoice(queryset=Person.objects.none(), label=_("People who live this relationship"))

    def __init__(self, *args: Any, candidates: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = Post.objects.filter(ended_on__isnull=True).select_related("function")
        people = self.fields["people"]
        assert isinstance(people, PeopleChoice)
        people.queryset = candidates.prefetch_related(Prefetch("posts", queryset=current))


class DeclarationForm(forms.Form):
    """Whether a company's list holds all its key people."""

    complete = forms.TypedChoiceField(
        label=_("Does this list hold all the key people of your company on this relationship?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Yes, all of them")), ("no", _("No, or we do not know"))],
        widget=forms.RadioSelect,
        help_text=_("When both sponsors say yes, the margins are narrower: nobody is missing from the picture."),
    )


class AcceptForm(forms.Form):
    """A holder accepts the rules before receiving an opening phrase."""

    accepted = forms.BooleanField(label=_("I accept these rules on behalf of my company."))


class PhraseForm(forms.Form):
    """An opening phrase, typed. Never shown again, never kept."""

    phrase = forms.CharField(
        label=_("Your opening phrase, seven words"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "w-full"}
        ),
    )


class ExtendForm(forms.Form):
    """A later last day."""

    closes_at = MomentField(label=_("New last day for answers"))


class CancelForm(forms.Form):
    """A word typed by hand, so that no wave is destroyed by a slip of the finger."""

    word = forms.CharField(
        label=_("Type the word to confirm"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    @staticmethod
    def expected() -> str:
        return pgettext("word typed to confirm", "cancel")

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"]).strip().casefold()
        if word != self.expected():
            raise forms.ValidationError(_("This is not the word: type “%(word)s”."), params={"word": self.expected()})
        return word
