"""One relationship in one wave, laid out on a sheet: both sides with the same weight, then what is not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reciproque.instruments import Instrument
from reciproque.measure import words
from reciproque.measure.language import gettext as _
from reciproque.measure.results import CLIENT, INDEX, PROFILE, RAW, SIDES, SUPPLIER, ChangeOf, Mirror, Relationship
from reciproque.measure.tables import detail_tables
from reciproque.reports.charts.spec import Lane, Pair, Sign
from reciproque.reports.measure_page import Sheet
from reciproque.reports.page import Regard, Row, SideUnsaid, Unknown
from reciproque.science.figures import ITEMS_FROM, WORDS_FROM


def sheet(
    one: Relationship, number: int, change: ChangeOf | None, instrument: Instrument, mode: str, *, questions: bool
) -> Sheet:
    found = Sheet(
        key=f"r{number}",
        heading=one.id,
        kicker=_kicker(one),
        finding=_finding(one),
        notes=tuple(_notes(one)),
        regards=tuple(_regards(one, f"r{number}")),
        rows=(),
        apart=None,
        mirrors=(),
        unsaid=(),
        moved=tuple(_moved(change, instrument)) if change else (),
        tables=detail_tables(one, instrument, mode, questions=questions),
        unknowns=tuple(_unknowns(one, instrument, mode)),
    )
    return found if one.level in ("none", "trend") else _with_figures(found, one, instrument)


def _with_figures(found: Sheet, one: Relationship, instrument: Instrument) -> Sheet:
    """Figures exist: the six subjects, committed trust beside them, the mirrors, the unsaid."""
    rows: dict[str, list[Row]] = {"facet": [], "outcome": [], "unsaid": []}
    for dimension in instrument.dimensions:
        row = _direct(one, dimension.code, instrument, found.key)
        if row:
            rows[dimension.role].append(row)
    return replace(
        found,
        rows=tuple(rows["facet"]),
        apart=next(iter(rows["outcome"]), None),
        mirrors=tuple(_mirrored(one, code, instrument, found.key) for code in one.mirror),
        unsaid=tuple(_unsaid(one, found.key)),
    )


def _kicker(one: Relationship) -> str:
    people = [
        words.named(words.side_name(side), words.answers(n)) for side in SIDES if (n := one.sides[side].n) is not None
    ]
    return " · ".join([_("Wave %(wave)s") % {"wave": one.wave}, *people])


# ---------------------------------------------------------------- The finding, in a sentence
def _finding(one: Relationship) -> str:
    if one.level == "none":
        return _("Nothing may be shown, on either side.")
    if one.level == "trend":
        return _("A few people came or left: words this time, not figures.")
    state = one.states.get(INDEX)
    return _of_state(state.state, state.mistaken) if state and state.state != "cannot_tell" else _of_gap(one)


def _of_state(state: str, mistaken: tuple[str, ...]) -> str:
    who = mistaken[0] if len(mistaken) == 1 else "both"
    return {
        ("lucid_agreement", "both"): _("The two views meet, and both companies know it."),
        ("lucid_disagreement", "both"): _("The two views differ, and both companies know it."),
        ("false_agreement", CLIENT): _("The client believes in an agreement that does not exist."),
        ("false_agreement", SUPPLIER): _("The supplier believes in an agreement that does not exist."),
        ("false_agreement", "both"): _("Both companies believe in an agreement that does not exist."),
        ("false_conflict", CLIENT): _("The client fears a conflict that does not exist."),
        ("false_conflict", SUPPLIER): _("The supplier fears a conflict that does not exist."),
        ("false_conflict", "both"): _("Both companies fear a conflict that does not exist."),
    }.get((state, who), _("The figures are too close to their margins to choose."))


def _of_gap(one: Relationship) -> str:
    gap = one.gaps.get(PROFILE)
    if gap is None or gap.low is None or gap.high is None:
        return _("The two views cannot be compared.")
    if gap.verdict == "not_large":
        return _("No clear gap between the two views.")
    if gap.verdict != "clear":
        return _("One cannot tell yet whether the two views differ.")
    if gap.low + gap.high > 0:
        return _("The client sees the supplier clearly higher than the supplier sees the client.")
    return _("The supplier sees the client clearly higher than the client sees the supplier.")


def _notes(one: Relationship) -> Iterator[str]:
    if one.reason:
        reason = words.reason(one.reason)
        yield f"{reason[:1].upper()}{reason[1:]}."
    gap = one.gaps.get(PROFILE)
    signs = [words.sign_of(one.sides[side].index) for side in SIDES]
    if gap and gap.low is not None and gap.margin is not None:
        values = {"gap": words.gap_text(gap, *signs), "margin": max(1, words.whole(gap.margin))}
        text = _("On the six subjects together, the gap is %(gap)s, give or take %(margin)s points: %(verdict)s.")
        yield text % {**values, "verdict": words.verdict(gap)}


# ---------------------------------------------------------------- What each says
def _regards(one: Relationship, key: str) -> Iterator[Regard]:
    for side in SIDES:
        sign = words.sign_of(one.sides[side].index)
        if sign:
            label = words.sees(side)
            text = _("%(figure)s, on a scale from 0 to 100.") % {"figure": sign.written}
            lane = Lane(f"{key}-regard-{side}", label, text, side, sign, ends=("0", "100"), middle=_("mixed"))
            yield Regard(side, label, label, sign.text, sign.around, lane)


def _direct(one: Relationship, code: str, instrument: Instrument, key: str) -> Row | None:
    gap = one.gaps.get(code)
    signs = {side: words.sign_of(one.sides[side].dimensions.get(code)) for side in SIDES}
    if gap is None or not any(signs.values()):
        return None
    title = words.label(instrument, code)
    pair = Pair(
        f"{key}-{code}",
        title,
        _description(signs[CLIENT], signs[SUPPLIER]),
        signs[CLIENT],
        signs[SUPPLIER],
        gap=words.gap_text(gap, signs[CLIENT], signs[SUPPLIER]),
    )
    verdict = words.verdict(gap)
    note = words.gap_note(gap, signs[CLIENT], signs[SUPPLIER])
    situation = verdict[:1].upper() + verdict[1:]
    return Row(code, title, words.definition(instrument, code), pair, "", situation, (), note)


def _description(client: Sign | None, supplier: Sign | None, *imagined: Sign | None) -> str:
    said = [(_("The client says %(figure)s."), client), (_("The supplier says %(figure)s."), supplier)]
    if imagined:
        said += [
            (_("The client imagines that the supplier says %(figure)s."), imagined[0]),
            (_("The supplier imagines that the client says %(figure)s."), imagined[1]),
        ]
    return " ".join(text % {"figure": sign.written} for text, sign in said if sign)


# ---------------------------------------------------------------- What each imagines
def _mirrored(one: Relationship, code: str, instrument: Instrument, key: str) -> Row:
    mirror, state = one.mirror[code], one.states[code]
    says = {side: words.sign_of(mirror.says.get(side)) for side in SIDES}
    imagines = {side: words.sign_of(mirror.imagines.get(side)) for side in SIDES}
    title = words.label(instrument, code)
    gap = one.gaps.get(code)
    pair = Pair(
        f"{key}-mirror-{code}",
        title,
        _description(says[CLIENT], says[SUPPLIER], imagines[CLIENT], imagines[SUPPLIER]),
        says[CLIENT],
        says[SUPPLIER],
        imagines[CLIENT],
        imagines[SUPPLIER],
        _said_gap(says) or words.gap_text(gap),
    )
    return Row(
        code,
        title,
        "",
        pair,
        state.state,
        words.state_label(state.state),
        _mistakes(state.state, state.mistaken, mirror),
        _blind(mirror, unsaid=words.role(instrument, code) == "unsaid"),
    )


def _said_gap(says: Mapping[str, Sign | None]) -> str:
    client, supplier = says[CLIENT], says[SUPPLIER]
    if client and supplier and client.value is not None and supplier.value is not None:
        return words.signed(client.value - supplier.value)
    return ""


def _mistakes(state: str, mistaken: tuple[str, ...], mirror: Mirror) -> tuple[str, ...]:
    if state == "lucid_agreement":
        return (_("The two views meet, and both companies know it."),)
    if state == "lucid_disagreement":
        return (_("The gap is real, and both companies know it."),)
    if state == "cannot_tell":
        return (_("The figures are too close to their margins to choose."),)
    return tuple(_mistake(side, mirror) for side in SIDES if side in mistaken)


def _mistake(side: str, mirror: Mirror) -> str:
    other = SUPPLIER if side == CLIENT else CLIENT
    values = {"imagined": words.figure(mirror.imagines[side]), "answered": words.figure(mirror.says[other])}
    if side == CLIENT:
        return _("The client imagines %(imagined)s. The supplier answers %(answered)s.") % values
    return _("The supplier imagines %(imagined)s. The client answers %(answered)s.") % values


def _blind(mirror: Mirror, *, unsaid: bool) -> str:
    """Clear blind spots, on whichever side; silence is not a claim that there is none."""
    sentences = _of_silence() if unsaid else _of_views()
    said = []
    for side in SIDES:
        found = mirror.lucidity.get(side)
        if found is None or found.verdict != "clear" or found.low is None or found.high is None:
            continue
        said.append(sentences[side, found.low + found.high > 0] % {"gap": words.gap_text(found)})
    return " ".join(said)


def _of_views() -> dict[tuple[str, bool], str]:
    """By side, and whether it imagines more than what was answered."""
    return {
        (CLIENT, True): _("The client receives less than it imagines (%(gap)s)."),
        (CLIENT, False): _("The client receives more than it imagines (%(gap)s)."),
        (SUPPLIER, True): _("The supplier receives less than it imagines (%(gap)s)."),
        (SUPPLIER, False): _("The supplier receives more than it imagines (%(gap)s)."),
    }


def _of_silence() -> dict[tuple[str, bool], str]:
    return {
        (CLIENT, True): _("Less is kept from the client than it imagines (%(gap)s)."),
        (CLIENT, False): _("More is kept from the client than it imagines (%(gap)s)."),
        (SUPPLIER, True): _("Less is kept from the supplier than it imagines (%(gap)s)."),
        (SUPPLIER, False): _("More is kept from the supplier than it imagines (%(gap)s)."),
    }


def _unsaid(one: Relationship, key: str) -> Iterator[SideUnsaid]:
    for side in SIDES:
        sign = words.sign_of(one.sides[side].unsaid)
        if sign is None:
            continue
        label = _("The unsaid, as the client sees it") if side == CLIENT else _("The unsaid, as the supplier sees it")
        text = _("%(figure)s. 100 means that almost everything is left unsaid.") % {"figure": sign.written}
        ends = (_("almost all is said"), _("almost all is left unsaid"))
        lane = Lane(f"{key}-unsaid-{side}", label, text, side, sign, ends=ends)
        written = f"{sign.text}, {sign.around}" if sign.around else sign.text
        yield SideUnsaid(side, words.sees(side), written, lane, _unsaid_says(sign))


def _unsaid_says(sign: Sign) -> str:
    low, high = sign.reach
    if high <= 50:
        return _("Most things can be said.")
    if low >= 50:
        return _("Much is left unsaid.")
    return _("Some subjects stay under the table: the margin does not say how many.")


# ---------------------------------------------------------------- Since an earlier wave
def _moved(change: ChangeOf, instrument: Instrument) -> Iterator[str]:
    if change.reason:
        yield _("Since wave %(wave)s: no comparison, %(reason)s.") % {
            "wave": change.earlier,
            "reason": words.reason(change.reason),
        }
        return
    yield _("Since wave %(wave)s, the relationship as a whole: %(word)s.") % {
        "wave": change.earlier,
        "word": words.change_word(change.word),
    }
    for side, verdict in change.sides.items():
        moved = [
            words.named(words.label(instrument, code), words.change_word(one.word))
            for code, one in change.dimensions.get(side, {}).items()
            if one.word != "cannot_tell"
        ]
        around = _moved_by(verdict.difference, verdict.low, verdict.high)
        text = words.named(words.sees(side), f"{words.change_word(verdict.word)}{around}")
        yield f"{text} ({', '.join(moved)})." if moved else f"{text}."


def _moved_by(difference: float | None, low: float | None, high: float | None) -> str:
    if difference is None or low is None or high is None:
        return ""
    between = {"low": words.signed(low), "high": words.signed(high)}
    return f", {words.signed(difference)}, " + _("between %(low)s and %(high)s") % between


# ---------------------------------------------------------------- What is not shown, and why
def _unknowns(one: Relationship, instrument: Instrument, mode: str) -> Iterator[Unknown]:
    if mode != RAW:
        yield from _rules(one)
    for code, gap in one.gaps.items():
        if gap.verdict == "cannot_tell" and gap.low is not None and gap.high is not None and code != PROFILE:
            lies = {"low": words.signed(gap.low), "high": words.signed(gap.high)}
            why = _("The gap lies between %(low)s and %(high)s points.") % lies
            yield Unknown(_("Where “%(topic)s” stands.") % {"topic": words.label(instrument, code)}, why)
        elif gap.low is None and one.level not in ("none", "trend"):
            reason = words.reason(gap.reason)
            yield Unknown("", words.named(words.label(instrument, code), f"{reason}."))


def _rules(one: Relationship) -> Iterator[Unknown]:
    """What the rules of publication keep back; the smaller side decides for both."""
    if one.level in ("none", "trend"):
        return
    fewest = min(one.sides[side].n or 0 for side in SIDES)
    needed = _("It would take %(needed)s answers on each side. The smaller side has %(number)s.")
    if fewest < ITEMS_FROM:
        values = {"needed": ITEMS_FROM, "number": fewest}
        yield Unknown(_("Each sentence, and who is mistaken on which subject."), needed % values)
    if fewest < WORDS_FROM:
        why = needed % {"needed": WORDS_FROM, "number": fewest}
        yield Unknown(_("Whether the functions see the same thing."), why)
    if one.dropped:
        kinds = words.listed([words.dropped(kind) for kind in one.dropped])
        why = _("Put together, they would have given an answer away: %(kinds)s.") % {"kinds": kinds}
        yield Unknown(_("What some kinds of figures would add."), why)
