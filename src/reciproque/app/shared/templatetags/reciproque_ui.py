"""The tags of the interface: icons, marks of the sides, form controls, the path, French spacing.

A built-in library: templates use it without a load.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

register = template.Library()

MARKS = {"client": "mark-client", "supplier": "mark-supplier", "neutral": "mark-third"}
CONTROLS = (
    (CheckboxInput, "checkbox"),
    (Textarea, "textarea"),
    (FileInput, "file-input"),
    (Select, "select"),
)
STEPS = (
    ("spot", _("Spot")),
    ("map", _("Map")),
    ("measure", _("Measure")),
    ("debate", _("Debate")),
    ("act", _("Act")),
    ("watch", _("Watch")),
)
NO_BREAK = "\u00a0"
THIN = "\u202f"
SPACING = (
    (re.compile(r"«[ \u00a0\u202f]*"), f"«{NO_BREAK}"),
    (re.compile(r"[ \u00a0\u202f]*»"), f"{NO_BREAK}»"),
    (re.compile(r" :(?=\s|$)"), f"{NO_BREAK}:"),
    (re.compile(r" ([;!?%])"), rf"{THIN}\1"),
    (re.compile(r"± (\d)"), rf"±{NO_BREAK}\1"),
    (re.compile(r"(?<=\w)(?:'|&#x27;|&#39;)(?=\w)"), "’"),
)
BLANKS = re.compile(r"\s*>\s*<")
TAGS_AND_TEXT = re.compile(r"(<[^>]*>)")


@lru_cache(maxsize=256)
def _drawing(name: str, css_class: str) -> str:
    drawing = str(lucide(name, size=None, aria_hidden="true", focusable="false", **{"class": css_class}))
    return BLANKS.sub("><", drawing).strip()


@register.simple_tag
def icon(name: str, **attributes: str) -> SafeString:
    """An inline drawing from the lucide set, hidden from screen readers: the words beside it carry the meaning."""
    extra = attributes.get("class", "")
    return mark_safe(_drawing(str(name), f"icon {extra}".strip()))  # noqa: S308 - names and classes come from templates


@register.simple_tag
def side_mark(side: str, hollow: bool = False) -> SafeString:
    """The shape of a side: round for the client, lozenge for the supplier; hollow for what the other side imagines."""
    shape = MARKS.get(str(side), MARKS["neutral"])
    return format_html('<span class="mark {}{}" aria-hidden="true"></span>', shape, " mark-hollow" if hollow else "")


@register.filter(is_safe=True, needs_autoescape=True)
def fr_typo(value: object, autoescape: bool = True) -> SafeString | str:
    """French spacing and apostrophes in a text, when the page is in French. Tags inside safe HTML are left alone."""
    text = value if isinstance(value, SafeString) else str(value)
    text = str(conditional_escape(text)) if autoescape else text
    if (get_language() or "fr").startswith("fr"):
        text = "".join(part if part.startswith("<") else space_french(part) for part in TAGS_AND_TEXT.split(text))
    return mark_safe(text) if autoescape or isinstance(value, SafeString) else text  # noqa: S308 - escaped above


def space_french(text: str) -> str:
    for pattern, replacement in SPACING:
        text = pattern.sub(replacement, text)
    return text


@register.simple_tag
def control(field: BoundField, **attributes: str) -> SafeString:
    """The input of a form field, with our class and its help and errors tied to it."""
    widget = field.field.widget
    css = next((name for kind, name in CONTROLS if isinstance(widget, kind)), "input")
    described = [f"{field.auto_id}_help"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    attrs: dict[str, Any] = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs["class"] = f"{css} {widget.attrs.get('class', '')} {attrs.get('class', '')}".strip()
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    attrs["placeholder"] = False  # it vanishes as soon as one types: examples belong to the help text
    return field.as_widget(attrs=attrs)


@register.filter
def field_kind(field: BoundField) -> str:
    """How field.html lays a field out: "options" (several inputs under a legend), "check" (one box) or "line"."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "options"
    return "check" if isinstance(widget, CheckboxInput) else "line"


@register.inclusion_tag("components/path.html")
def path(
    here: str, urls: dict[str, str] | None = None, notes: dict[str, str] | None = None, **links: str
) -> dict[str, Any]:
    """The six steps of a relationship, with the current one marked; a link may be given by the name of its step."""
    urls = {**(urls or {}), **links}
    keys = [key for key, _label in STEPS]
    position = keys.index(here)
    steps = [
        {
            "label": label,
            "state": "is-here" if index == position else "is-done" if index < position else "is-next",
            "url": urls.get(key, ""),
            "note": (notes or {}).get(key, ""),
        }
        for index, (key, label) in enumerate(STEPS)
    ]
    return {"steps": steps, "number": position + 1, "label": STEPS[position][1], "count": len(STEPS)}
