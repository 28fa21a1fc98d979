"""The five criteria of the source, their scales and the words that anchor each step, from either chair. Pure data.

Two criteria are scored in two figures: potential (up, down; a partner matters as much for what may be lost as for what
may be won, so the larger counts) and stance (declared by the partner, estimated by us; both count).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reciproque.app.shared.vocabulary import Side

STEPS = 4


class Criterion(models.TextChoices):
    VOLUME = "volume", _("Volume at stake")
    POTENTIAL = "potential", _("Potential, up or down")
    CRITICALITY = "criticality", _("Specificity or criticality")
    STANCE = "stance", _("Stance towards us")
    MARKET = "market", _("Market position")


class Scale(models.TextChoices):
    """What people score, from 0 to 4."""

    VOLUME = "volume", _("Volume at stake")
    UP = "up", _("Potential up")
    DOWN = "down", _("Potential down")
    CRITICALITY = "criticality", _("Specificity or criticality")
    DECLARED = "declared", _("Stance towards us, as declared")
    ESTIMATED = "estimated", _("Stance towards us, as estimated")
    MARKET = "market", _("Market position")


CRITERIA = tuple(Criterion)
SCALES = tuple(Scale)
SCALES_OF: dict[str, tuple[str, ...]] = {
    Criterion.VOLUME: (Scale.VOLUME,),
    Criterion.POTENTIAL: (Scale.UP, Scale.DOWN),
    Criterion.CRITICALITY: (Scale.CRITICALITY,),
    Criterion.STANCE: (Scale.DECLARED, Scale.ESTIMATED),
    Criterion.MARKET: (Scale.MARKET,),
}
# Share of all flows, in percent, from which the volume reaches each step.
VOLUME_FROM = (Decimal("0.5"), Decimal("1.5"), Decimal(3), Decimal(6))

STRENGTHS = (
    pgettext_lazy("potential", "very low"),
    pgettext_lazy("potential", "low"),
    pgettext_lazy("potential", "medium"),
    pgettext_lazy("potential", "high"),
    pgettext_lazy("potential", "very high"),
)
VOLUMES = (
    pgettext_lazy("volumes", "very low"),
    pgettext_lazy("volumes", "low"),
    pgettext_lazy("volumes", "medium"),
    pgettext_lazy("volumes", "high"),
    pgettext_lazy("volumes", "very high"),
)
CRITICALITIES = (
    pgettext_lazy("criticality", "very low"),
    pgettext_lazy("criticality", "low"),
    pgettext_lazy("criticality", "medium"),
    pgettext_lazy("criticality", "high"),
    pgettext_lazy("criticality", "very high"),
)
STANCES = (
    pgettext_lazy("stance", "indifferent"),
    pgettext_lazy("stance", "distant"),
    pgettext_lazy("stance", "reserved"),
    pgettext_lazy("stance", "attentive"),
    pgettext_lazy("stance", "engaged"),
)
MARKETS = (
    pgettext_lazy("market", "open"),
    pgettext_lazy("market", "rather open"),
    pgettext_lazy("market", "oligopoly"),
    pgettext_lazy("market", "two or three actors"),
    pgettext_lazy("market", "monopoly"),
)
WORDS = {
    Criterion.VOLUME: VOLUMES,
    Criterion.POTENTIAL: STRENGTHS,
    Criterion.CRITICALITY: CRITICALITIES,
    Criterion.STANCE: STANCES,
    Criterion.MARKET: MARKETS,
}
VOLUME_ANCHORS = (
    _("Less than 0.5% of our flows with all partners"),
    _("From 0.5 to 1.5%"),
    _("From 1.5 to 3%"),
    _("From 3 to 6%"),
    _("6% or more"),
)
CLIENT_CHAIR = {
    Scale.VOLUME: VOLUME_ANCHORS,
    Scale.UP: (
        _("Nothing more to expect from this supplier"),
        _("A small extension is possible"),
        _("Volumes or value could grow by a quarter within three years"),
        _("Volumes or value could grow by half, or a first joint project exists"),
        _("A new range, site or technology depends on this supplier"),
    ),
    Scale.DOWN: (
        _("Nothing to lose: no fall is in sight"),
        _("A small fall is possible, without consequence"),
        _("A fall would be felt: a range, a season, a price"),
        _("One of us thinks of leaving, or the supplier is weakened"),
        _("A break is being prepared, on either side, and would hurt both"),
    ),
    Scale.CRITICALITY: (
        _("Standard supply, replaced within weeks"),
        _("Some adaptation, replaced within three months"),
        _("Adapted to us, replaced within six months"),
        _("Specific: replacing it takes a year or a new qualification"),
        _("Irreplaceable today, or a stop here stops us"),
    ),
    Scale.DECLARED: (
        _("The supplier never speaks of us as a client that counts"),
        _("It says that we are one client among many"),
        _("It says that we count, without acting on it"),
        _("It names us among its important clients and gives us a contact"),
        _("It says, and has written, that we are one of its key clients"),
    ),
    Scale.ESTIMATED: (
        _("It could lose us without noticing"),
        _("We are a minor client: answers are slow"),
        _("We count in some years, less in others"),
        _("We count: its managers come, its best people work for us"),
        _("We are vital or strategic for it: it invests for us"),
    ),
    Scale.MARKET: (
        _("Open market: ten suppliers or more could serve us"),
        _("Five to nine suppliers could serve us"),
        _("Oligopoly: three or four suppliers, prices move together"),
        _("Two suppliers, or a second one that is hard to reach"),
        _("Monopoly: this supplier, or nobody"),
    ),
}
SUPPLIER_CHAIR = {
    Scale.VOLUME: VOLUME_ANCHORS,
    Scale.UP: (
        _("Nothing more to expect from this client"),
        _("A small extension is possible"),
        _("Sales could grow by a quarter within three years"),
        _("Sales could grow by half, or a first joint project exists"),
        _("A new market, site or offer depends on this client"),
    ),
    Scale.DOWN: (
        _("Nothing to lose: no fall is in sight"),
        _("A small fall is possible, without consequence"),
        _("A fall would be felt: a range, a site, a price"),
        _("The client thinks of leaving or of dividing its purchases"),
        _("A break is being prepared, on either side, and would hurt both"),
    ),
    Scale.CRITICALITY: (
        _("Ordinary client: the same offer as for all"),
        _("Some adaptation of our offer"),
        _("Part of our know-how is made for this client"),
        _("Dedicated people or tools: hard to use elsewhere"),
        _("A reference or a technology that we would lose with this client"),
    ),
    Scale.DECLARED: (
        _("The client never speaks of us as a supplier that counts"),
        _("It says that we are one supplier among many"),
        _("It says that we count, without acting on it"),
        _("It names us among its important suppliers and gives us a contact"),
        _("It says, and has written, that we are a strategic supplier"),
    ),
    Scale.ESTIMATED: (
        _("It could leave us without a thought"),
        _("We are a minor supplier: only the price is discussed"),
        _("We count for some sites or people, less for others"),
        _("We count: its managers come, plans are shared"),
        _("It could hardly do without us: it plans with us"),
    ),
    Scale.MARKET: (
        _("Many clients like this one buy what we sell"),
        _("Five to nine such clients"),
        _("Three or four clients make the market"),
        _("Two clients make the market"),
        _("It is the only client for what we sell to it"),
    ),
}


@dataclass(frozen=True)
class Step:
    level: int
    anchor: str


def anchors(chair: str, scale: str) -> list[Step]:
    """The five steps of a scale in words, as seen from that chair."""
    words = (CLIENT_CHAIR if chair == Side.CLIENT else SUPPLIER_CHAIR)[Scale(scale)]
    return [Step(level, str(anchor)) for level, anchor in enumerate(words)]


def in_words(criterion: str, level: float) -> str:
    """A level of a criterion as one or two words."""
    return str(WORDS[Criterion(criterion)][min(STEPS, max(0, int(level + 0.5)))])


def potential_in_words(up: float, down: float) -> str:
    """Which way, and how much: potential down is said as such."""
    if max(up, down) < 1:
        return str(_("steady"))
    strong = max(up, down) >= STEPS - 0.5
    if down > up:
        return str(_("strongly down") if strong else _("down"))
    if up > down:
        return str(_("strongly up") if strong else _("up"))
    return str(_("up and down"))


def volume_step(share: Decimal) -> int:
    """The step of a share of all flows, in percent."""
    return sum(share >= bound for bound in VOLUME_FROM)
