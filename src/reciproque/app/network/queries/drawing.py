"""The specification of the drawing: functions face to face, or people once it is narrowed to a function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reciproque.app.network.models import Frequency
from reciproque.app.network.queries.findings import function_name, pair_name, pair_says
from reciproque.app.network.queries.material import Material, Node, Thread
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.charts.web import Bundle, Group, WebChart
from reciproque.science.network import NEW, Pair

STEPS = (1.5, 5.0, 13.0)
"""Exchanges a month from which a thread is drawn thicker."""
LINE = 38
"""Signs that fit on the second line of a row."""


def chart_of(
    material: Material, threads: Sequence[Thread], faced: Sequence[Pair], *, by_person: bool, address: str
) -> WebChart:
    groups, bundles = (
        (_person_groups(material, threads, address), _person_bundles(material, threads, address))
        if by_person
        else (_function_groups(material, threads, faced, address), _pair_bundles(material, threads, faced, address))
    )
    counts = {"links": len(bundles), "rows": len(groups)}
    return WebChart(
        id="web",
        title=_("Who works with whom"),
        description=_("%(rows)s rows on two columns, %(links)s threads between them; the table below says the same.")
        % counts,
        groups=groups,
        bundles=bundles,
    )


def width(exchanges: float) -> int:
    return 1 + sum(exchanges >= step for step in STEPS)


def _one_side(threads: Sequence[Thread], half: str) -> str:
    """The side that alone declares all of these ties; empty when both speak, or in a half."""
    alone = {one.sides for one in threads}
    only = alone.pop() if len(alone) == 1 else ()
    return only[0] if len(only) == 1 and not half else ""


# ---------------------------------------------------------------- functions
def _function_groups(
    material: Material, threads: Sequence[Thread], faced: Sequence[Pair], address: str
) -> tuple[Group, ...]:
    met = {key for one in threads for key in (one.client, one.supplier)}
    people: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for key in sorted(met, key=lambda key: (-material.web.carried(key), key)):
        people[material.nodes[key].side, material.nodes[key].function].append(material.nodes[key])
    codes = {side: {pair.functions[place] for pair in faced} for place, side in enumerate(SIDES)}
    return tuple(
        Group(
            key=code,
            side=side,
            title=function_name(material, code),
            people=_some(material, people[side, code]),
            href=_narrowed(address, **{side: code}),
        )
        for side in SIDES
        for code in sorted(codes[side], key=material.rank)
    )


def _some(material: Material, people: Sequence[Node]) -> str:
    """As many names as the line holds, then how many others."""
    if not people:
        return _("nobody in the web")
    names = [_with_mark(material, person) for person in people]
    for kept in range(len(names), 0, -1):
        others = len(names) - kept
        line = ", ".join(names[:kept])
        if others:
            line += " " + ngettext("and %(count)s other", "and %(count)s others", others) % {"count": others}
        if len(line) <= LINE or kept == 1:
            return line
    return names[0]


def _with_mark(material: Material, person: Node) -> str:
    return f"{person.name} ({pgettext('somebody in a post', 'new')})" if _is_new(material, person) else person.name


def _is_new(material: Material, person: Node) -> bool:
    return person.since is not None and 0 <= (material.on - person.since).days <= NEW


def _narrowed(address: str, **functions: str) -> str:
    if not address:
        return ""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(functions)}#threads"


def _pair_bundles(
    material: Material, threads: Sequence[Thread], faced: Sequence[Pair], address: str
) -> tuple[Bundle, ...]:
    inside: dict[tuple[str, str], list[Thread]] = defaultdict(list)
    for one in threads:
        inside[material.nodes[one.client].function, material.nodes[one.supplier].function].append(one)
    return tuple(
        Bundle(
            client=pair.client_function,
            supplier=pair.supplier_function,
            count=str(pair.ties),
            state=pair.state,
            width=width(pair.exchanges),
            one_side=_one_side(inside[pair.functions], material.half),
            says=_pair_in_words(material, pair),
            href=_narrowed(address, client=pair.client_function, supplier=pair.supplier_function) if pair.ties else "",
        )
        for pair in faced
    )


def _pair_in_words(material: Material, pair: Pair) -> str:
    return _("%(pair)s: %(says)s") % {"pair": pair_name(material, pair.functions), "says": pair_says(pair)}


# ---------------------------------------------------------------- people
def _person_groups(material: Material, threads: Sequence[Thread], address: str) -> tuple[Group, ...]:
    met = sorted(
        {key for one in threads for key in (one.client, one.supplier)},
        key=lambda key: (material.rank(material.nodes[key].function), -material.web.carried(key), key),
    )
    return tuple(
        Group(
            key=key,
            side=side,
            title=material.nodes[key].name,
            people=_post(material, material.nodes[key]),
            href=_narrowed(address, **{side: material.nodes[key].function}),
        )
        for side in SIDES
        for key in met
        if material.nodes[key].side == side
    )


def _post(material: Material, person: Node) -> str:
    function = function_name(material, person.function)
    if person.named_by and not material.half:
        company = material.relationship.organisation(person.named_by)
        return _("%(function)s, named by %(company)s") % {"function": function, "company": company}
    if person.since and _is_new(material, person):
        day = date_format(person.since, "DATE_FORMAT")
        return _("%(function)s, new since %(day)s") % {"function": function, "day": day}
    return function


def _person_bundles(material: Material, threads: Sequence[Thread], address: str) -> tuple[Bundle, ...]:
    return tuple(
        Bundle(
            client=one.client,
            supplier=one.supplier,
            count="",
            state="held",
            width=width(one.exchanges * 3),
            one_side=_one_side([one], material.half),
            says=_tie_in_words(material, one),
            href=_narrowed(
                address, client=material.nodes[one.client].function, supplier=material.nodes[one.supplier].function
            ),
        )
        for one in threads
    )


def _tie_in_words(material: Material, thread: Thread) -> str:
    often = {str(Frequency(row.frequency).label) for row in thread.said.values()}
    values = {
        "one": material.nodes[thread.client].name,
        "other": material.nodes[thread.supplier].name,
        "often": " / ".join(sorted(often)),
    }
    return _("%(one)s and %(other)s: %(often)s") % values
