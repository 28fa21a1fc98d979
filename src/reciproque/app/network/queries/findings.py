"""What the formulas found in a web, in words: the fact, the consequence, the first gesture and who can make it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reciproque.app.network.queries.material import LEVELS, Material
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.web_page import FindingText
from reciproque.science.network import Pair
from reciproque.science.network_findings import Finding, findings

ICONS = {
    "one_tie": "cable",
    "departure": "user-round",
    "two_departures": "users-round",
    "thread": "scissors",
    "missing": "unlink",
    "arrival": "door-open",
    "level_apart": "layers",
    "level_absent": "layers",
    "one_sided": "ear-off",
}


def percent(share: float) -> str:
    """A share in whole percent, with the spacing of the language."""
    return _("%(share)d%%") % {"share": round(share * 100)}


def findings_of(material: Material) -> tuple[FindingText, ...]:
    found = findings(material.web, material.on.toordinal(), LEVELS)
    return tuple(_in_words(material, one) for one in found)


def _in_words(material: Material, finding: Finding) -> FindingText:
    heading, text, mend = WORDS[finding.code](material, finding)
    sides = _sides(material, finding)
    return FindingText(
        code=finding.code,
        icon=ICONS[finding.code],
        heading=heading,
        text=text,
        mend=mend,
        sides=sides,
        who=_who(material, sides),
    )


def _sides(material: Material, finding: Finding) -> tuple[str, ...]:
    """Who can mend it: the company of the people it hangs on, else both."""
    if finding.code == "level_absent":
        return finding.people
    if finding.code in ("departure", "two_departures", "thread"):
        there = {material.nodes[key].side for key in finding.people}
        return tuple(side for side in SIDES if side in there)
    return tuple(SIDES)


def _who(material: Material, sides: tuple[str, ...]) -> str:
    if len(sides) > 1:
        return _("together")
    return _("%(company)s’s move") % {"company": material.relationship.organisation(sides[0])}


def _name(material: Material, key: str) -> str:
    return material.nodes[key].name


def _two(material: Material, people: tuple[str, ...]) -> dict[str, str]:
    return {"one": _name(material, people[0]), "other": _name(material, people[1])}


def function_name(material: Material, code: str) -> str:
    return material.function(code) or _("Function not given")


def pair_name(material: Material, functions: tuple[str, str]) -> str:
    if functions[0] == functions[1]:
        return _("%(function)s on both sides") % {"function": function_name(material, functions[0])}
    names = {"client": function_name(material, functions[0]), "supplier": function_name(material, functions[1])}
    return _("%(client)s and %(supplier)s") % names


def pair_says(pair: Pair) -> str:
    if pair.state == "missing":
        return _("expected, and missing")
    says = ngettext("%(count)s tie", "%(count)s ties", pair.ties) % {"count": pair.ties}
    return _("%(ties)s, a single thread") % {"ties": says} if pair.state == "thread" else says


def _one_tie(material: Material, finding: Finding) -> tuple[str, str, str]:
    heading = _("%(share)s of the exchanges go through one tie") % {"share": percent(finding.share)}
    text = _(
        "It joins %(one)s and %(other)s. If one of them leaves or changes post, nobody is there to go on with these "
        "exchanges."
    ) % _two(material, finding.people)
    return heading, text, _widen(material, finding)


def _widen(material: Material, finding: Finding) -> str:
    named = [_name(material, key) for key in finding.mend_people]
    if len(named) == 2:
        return _("Widen it: bring %(one)s and %(other)s to some of these meetings.") % {
            "one": named[0],
            "other": named[1],
        }
    if named:
        return _("Widen it: bring %(one)s to some of these meetings, and name a second on the other side.") % {
            "one": named[0]
        }
    return _("Widen it: each company names a second person, who comes to some of these meetings.")


def _departure(material: Material, finding: Finding) -> tuple[str, str, str]:
    values = {"name": _name(material, finding.people[0]), "share": percent(finding.share)}
    heading = _("%(name)s carries %(share)s of the exchanges") % values
    if finding.count:
        text = ngettext(
            "If this person leaves, %(count)s person is left with nobody opposite.",
            "If this person leaves, %(count)s people are left with nobody opposite.",
            finding.count,
        ) % {"count": finding.count}
    else:
        text = _("If this person leaves, everybody still knows somebody opposite, but these exchanges start again.")
    return heading, text, _second(material, finding)


def _second(material: Material, finding: Finding) -> str:
    named = [_name(material, key) for key in finding.mend_people]
    if not named:
        return _("Name a second person, who takes part from now on.")
    if len(named) == 1:
        return _("Name a second: %(one)s already knows the other company.") % {"one": named[0]}
    return _("Name a second: %(one)s and %(other)s already know the other company.") % {
        "one": named[0],
        "other": named[1],
    }


def _two_departures(material: Material, finding: Finding) -> tuple[str, str, str]:
    heading = _("Two people carry %(share)s of the exchanges") % {"share": percent(finding.share)}
    values = _two(material, finding.people) | {"count": str(finding.count)}
    text = ngettext(
        "%(one)s and %(other)s. If both leave, %(count)s link between functions is cut.",
        "%(one)s and %(other)s. If both leave, %(count)s links between functions are cut.",
        finding.count,
    )
    mend = _("Prepare a second for each, and do not let both change posts in the same quarter.")
    return heading, text % values, mend


def _thread(material: Material, finding: Finding) -> tuple[str, str, str]:
    assert finding.functions is not None
    heading = _("%(pair)s: a single thread") % {"pair": pair_name(material, finding.functions)}
    if len(finding.people) == 2:
        text = _("Only %(one)s and %(other)s know each other. If one of them leaves, the link goes.") % _two(
            material, finding.people
        )
    else:
        text = _("Everything goes through %(one)s. If this person leaves, the link goes.") % {
            "one": _name(material, finding.people[0])
        }
    return heading, text, _second(material, finding)


def _missing(material: Material, finding: Finding) -> tuple[str, str, str]:
    assert finding.functions is not None
    heading = _("%(pair)s: the link is missing") % {"pair": pair_name(material, finding.functions)}
    text = _("It is expected on this perimeter, and nobody declares it.")
    if finding.mend != "introduce":
        return heading, text, _("Each company says who could meet whom.")
    client, supplier, through = (_name(material, key) for key in finding.mend_people)
    mend = _("Bring %(one)s and %(other)s together. %(through)s can introduce them.")
    return heading, text, mend % {"one": client, "other": supplier, "through": through}


def _arrival(material: Material, finding: Finding) -> tuple[str, str, str]:
    values = {"name": _name(material, finding.people[0]), "days": finding.count, "share": percent(finding.share)}
    heading = (
        ngettext(
            "%(name)s is new: in post for %(days)s day", "%(name)s is new: in post for %(days)s days", finding.count
        )
        % values
    )
    text = _(
        "%(share)s of the exchanges go through this person today. What was understood with the person before has to "
        "be said again."
    )
    mend = _("Hand over in 90 days: what was agreed, who knows whom, what is not written. Begin with %(met)s.")
    return heading, text % values, mend % {"met": _name(material, finding.mend_people[0])}


def _level(code: str, company: str = "") -> str:
    if company:
        names = {
            "top": _("%(company)s shows nobody of its general management"),
            "managers": _("%(company)s shows no manager in front of managers"),
            "experts": _("%(company)s shows no expert in front of experts"),
        }
        return names[code] % {"company": company}
    return {
        "top": _("The two general managements never meet"),
        "managers": _("The managers of the two companies never meet"),
        "experts": _("The experts of the two companies never meet"),
    }[code]


def _level_apart(material: Material, finding: Finding) -> tuple[str, str, str]:
    text = _("Both companies have somebody of this level in the web, and no tie joins them.")
    mend = _("Bring %(one)s and %(other)s together, once a quarter to begin with.") % _two(
        material, finding.mend_people
    )
    return _level(finding.level), text, mend


def _level_absent(material: Material, finding: Finding) -> tuple[str, str, str]:
    company = str(material.relationship.organisation(finding.people[0]))
    text = _("The other company has somebody of this level in the web, with nobody of the same level opposite.")
    return _level(finding.level, company), text, _("Say who could sit opposite, or that nobody should.")


def _one_sided(material: Material, finding: Finding) -> tuple[str, str, str]:
    heading = ngettext(
        "%(count)s tie is declared by one company only",
        "%(count)s ties are declared by one company only",
        finding.count,
    ) % {"count": finding.count}
    values = {"share": percent(finding.share)}
    text = _("They weigh %(share)s of the exchanges. A tie that one side alone sees is often the first to wear out.")
    mend = _("Look at them together: forgotten, ended, or not worth the same on both sides?")
    return heading, text % values, mend


WORDS: dict[str, Callable[[Material, Finding], tuple[str, str, str]]] = {
    "one_tie": _one_tie,
    "departure": _departure,
    "two_departures": _two_departures,
    "thread": _thread,
    "missing": _missing,
    "arrival": _arrival,
    "level_apart": _level_apart,
    "level_absent": _level_absent,
    "one_sided": _one_sided,
}
