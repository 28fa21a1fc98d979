"""The tags every screen draws with: what a reader sees, and what an attacker must not be able to do with them."""

import pytest
from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from reciproque.app.shared.templatetags.reciproque_ui import fr_typo

NO_BREAK, THIN = "\u00a0", "\u202f"


def draw(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("« Oui »", f"«{NO_BREAK}Oui{NO_BREAK}»"),
        ("«Oui»", f"«{NO_BREAK}Oui{NO_BREAK}»"),
        ("Attention : voici", f"Attention{NO_BREAK}: voici"),
        ("Vraiment ? Oui ; 38 % !", f"Vraiment{THIN}? Oui{THIN}; 38{THIN}%{THIN}!"),
        ("à 9:30, ± 8 points", f"à 9:30, ±{NO_BREAK}8 points"),
        ("l'urne d'aujourd'hui", "l’urne d’aujourd’hui"),
        ("un 'mot' seul", "un &#x27;mot&#x27; seul"),
    ],
)
def test_french_spacing_in_french(written, read):
    with override("fr"):
        assert draw("{{ text|fr_typo }}", text=written) == read


def test_french_spacing_leaves_english_alone():
    with override("en"):
        assert draw("{{ text|fr_typo }}", text="Really ? « Yes »") == "Really ? « Yes »"


def test_what_a_user_wrote_is_escaped_before_it_is_spaced():
    with override("fr"):
        assert draw("{{ text|fr_typo }}", text="<img src=x onerror='alert(1)'> !") == (
            f"&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;{THIN}!"
        )


def test_attributes_inside_trusted_html_are_left_alone():
    with override("fr"):
        assert fr_typo(mark_safe('<a href="/x?a=1 ;b">Voir : l\'urne</a>')) == (
            f'<a href="/x?a=1 ;b">Voir{NO_BREAK}: l’urne</a>'
        )


def test_an_icon_is_hidden_from_screen_readers():
    drawing = draw('{% icon "key-round" class="big" %}')
    assert drawing.startswith("<svg")
    assert 'aria-hidden="true"' in drawing
    assert 'class="icon big"' in drawing
    assert "style" not in drawing


def test_a_side_has_its_own_shape_and_anything_else_is_neutral():
    assert "mark-client" in draw('{% side_mark "client" %}')
    assert "mark-supplier mark-hollow" in draw('{% side_mark "supplier" hollow=True %}')
    assert "mark-third" in draw("{% side_mark side %}", side='"><script>')
    assert "<script>" not in draw("{% side_mark side %}", side='"><script>')


def test_the_path_marks_the_current_step_once():
    with override("en"):
        page = draw('{% path "debate" urls=urls %}', urls={"measure": "/waves/"})
    assert page.count('aria-current="step"') == 1
    assert page.count("is-done") == 3
    assert page.count("is-next") == 2
    assert 'href="/waves/"' in page
    assert "Step 4 of 6: Debate" in page


class Sample(forms.Form):
    name = forms.CharField(help_text="As people say it.", widget=forms.TextInput(attrs={"placeholder": "Name"}))
    date = forms.DateField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField()


def test_a_field_in_error_says_so_to_everyone():
    page = draw('{% include "components/form.html" with form=form only %}', form=Sample({"date": "31/02/2026"}))
    assert 'aria-describedby="id_name_help id_name_error"' in page
    assert page.count('aria-invalid="true"') == 5  # three inputs and the two options
    for name in ("name", "date", "kind", "agreed"):
        assert f'id="id_{name}_error"' in page
        assert f'<a href="#id_{name}">' in page
        assert f'id="id_{name}"' in page
    assert 'role="alert"' in page
    assert "placeholder" not in page


def test_nothing_is_ticked_or_in_error_in_a_new_form():
    page = draw('{% include "components/form.html" with form=form only %}', form=Sample())
    assert "checked" not in page
    assert "_error" not in page
    assert "<fieldset" in page


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '" onclick="x'])
def test_components_escape_what_they_are_given(value):
    page = draw('{% include "components/notice.html" with kind="info" title=v text=v only %}', v=value)
    page += draw('{% include "components/side_head.html" with side="client" name=v role=v only %}', v=value)
    page += draw(
        '{% include "components/twin.html" with id="t" caption=v columns=c rows=r only %}',
        v=value,
        c=[value],
        r=[[value, value]],
    )
    page += draw('{% include "components/copy.html" with id="t" label=v value=v only %}', v=value)
    assert "<script>" not in page
    assert 'onclick="' not in page
