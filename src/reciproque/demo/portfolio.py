"""The portfolio of the demonstration: 120 suppliers of a food retailer, ranked twice, one of them engaged.

The traps: the largest volume can be replaced in weeks, the smallest cannot be replaced at all, a co-operative matters
for what may be lost with it, and the only maker of a salt does not care. Everything here is invented; suppliers that
play no part have a category and a letter for a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from reciproque.app.directory import spreadsheet
from reciproque.app.directory.actions import add_account
from reciproque.app.directory.models import Account, Organisation
from reciproque.app.portfolio.actions.engaging import engage_partner
from reciproque.app.portfolio.actions.imports import import_amounts
from reciproque.app.portfolio.actions.portfolios import change_partner, create_portfolio
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.actions.scoring import score_many, score_partner, state_order
from reciproque.app.portfolio.amounts_file import EXPECTED, Defaults, add_up
from reciproque.app.portfolio.criteria import Criterion, Scale
from reciproque.app.portfolio.models import Direction, Partner, Portfolio
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor, actor
from reciproque.app.shared.vocabulary import Side
from reciproque.demo import campaign

COMPANY = "Halles Brévanne"
ORDER = [
    [Criterion.CRITICALITY, Criterion.POTENTIAL],
    [Criterion.VOLUME, Criterion.MARKET],
    [Criterion.STANCE],
]
WHOLE = 40_000_000


@dataclass(frozen=True)
class Supplier:
    """One that plays a part: share of purchases in percent, levels, and the words that go with them."""

    name: str
    category: str
    share: float
    up: int
    down: int
    criticality: int
    declared: int
    estimated: int
    market: int
    note: str = ""
    grounds: tuple[tuple[str, str], ...] = ()


SUPPLIERS = (
    Supplier(
        "Froid Delaunoy", "Transport", 7.2, 3, 0, 4, 4, 4, 2, "Logistique du froid, un seul réseau couvre le sud-ouest",
        ((Scale.CRITICALITY, "Deux jours d’arrêt vident les rayons frais de 14 magasins."),
         (Scale.ESTIMATED, "Le directeur d’exploitation vient à chaque revue ; deux quais construits pour nous.")),
    ),
    Supplier(
        "Coopérative du Haut-Vernay", "Frais", 4.1, 0, 0, 3, 3, 1, 2,
        "Stratégique par la baisse : vous songez à la déréférencer",
        ((Scale.CRITICALITY, "Le lait local de la marque d’enseigne ne vient que de là."),),
    ),
    Supplier(
        "Laboratoires Fermisol", "Frais", 0.4, 3, 0, 4, 3, 1, 4, "0,4 % des achats, mais seul à fabriquer l’enzyme",
        ((Scale.CRITICALITY, "Sans l’enzyme, la gamme sans lactose s’arrête en neuf jours."),
         (Scale.MARKET, "Aucun autre fabricant qualifié en Europe ; qualification : 14 mois."),
         (Scale.ESTIMATED, "Réponses lentes : nous pesons peu chez eux.")),
    ),
    Supplier("Minoterie Castelbrun", "Épicerie", 3.8, 3, 0, 3, 4, 4, 2),
    Supplier(
        "Salines de Brouhac", "Épicerie", 0.9, 0, 0, 4, 0, 0, 4, "Un seul marché, et vous n’êtes pas son souci",
        ((Scale.ESTIMATED, "Nous perdre ne se verrait pas dans ses comptes."),
         (Scale.MARKET, "Seul producteur du sel de l’appellation.")),
    ),
    Supplier("Criée Kervadec", "Frais", 2.4, 2, 0, 3, 4, 4, 2),
    Supplier("Vergers d’Arzelles", "Frais", 2.6, 4, 0, 2, 4, 4, 2),
    Supplier("Maison Aubertin", "Épicerie", 3.3, 2, 0, 2, 2, 2, 2),
    Supplier("Verrerie Sainte-Oudaine", "Emballage", 1.2, 1, 0, 3, 2, 2, 2),
    Supplier("Cafés Montserein", "Boissons", 2.1, 3, 0, 1, 4, 4, 0),
    Supplier("Maraîchers du Val Doré", "Frais", 1.9, 2, 0, 1, 2, 2, 0),
    Supplier(
        "Emballages Lorvaux", "Emballage", 13.5, 0, 0, 0, 2, 2, 0,
        "Votre plus gros volume, remplaçable en six semaines",
        ((Scale.CRITICALITY, "Trois offres équivalentes reçues au dernier appel d’offres."),),
    ),
)  # fmt: skip
CATEGORIES = (
    "Emballage", "Transport", "Épicerie", "Boissons", "Frais", "Surgelés",
    "Entretien", "Informatique", "Énergie", "Travaux", "Bureau", "Sécurité",
)  # fmt: skip
LETTERS = "ABCDEFGHI"
DOWNSIDE = "Arrêt du contrat étudié pour l’an prochain : 40 producteurs et la marque locale s’en iraient avec elle."


def told() -> bool:
    return Portfolio.objects.filter(is_demo=True).exists()


def tell(moment: Callable[[str], datetime]) -> None:
    """The whole story. ``moment`` gives the date of a number of days from today."""
    with clock.at(moment("-120")):
        maud, quality, portfolio = _open()
        _import(maud, portfolio, moment("-120").date())
        _first_scores(maud, portfolio)
        state_order(
            by=maud, portfolio=portfolio, order=ORDER,
            reason="Comité achats : ce qui nous arrêterait et ce qui peut bouger d’abord ; la posture départage.",
        )  # fmt: skip
    with clock.at(moment("-110")):
        compute_ranking(by=maud, portfolio=portfolio)
    with clock.at(moment("-30")):
        _second_look(maud, quality, portfolio)
    with clock.at(moment("-21")):
        compute_ranking(by=maud, portfolio=portfolio)
    with clock.at(moment("-14")):
        engage_partner(
            by=maud,
            partner=portfolio.partners.get(name="Laboratoires Fermisol"),
            reason="Un arrêt chez eux arrête une gamme entière, et nous n’avons qu’un interlocuteur.",
            perimeter="Enzymes de la gamme sans lactose",
        )


def _open() -> tuple[Actor, Actor, Portfolio]:
    company = campaign.company(COMPANY)
    maud, quality = (
        _account(company, *who) for who in (("Maud Delorme", "maud.delorme"), ("Service qualité", "qualite"))
    )
    portfolio = create_portfolio(
        by=actor(maud), organisation=company, name="Fournisseurs", chair=Side.CLIENT, capacity=9, is_demo=True
    )
    return actor(maud), actor(quality), portfolio


def _account(company: Organisation, name: str, address: str) -> Account:
    return add_account(by=SYSTEM, organisation=company, email=f"{address}@halles-brevanne.example", name=name)


def _import(by: Actor, portfolio: Portfolio, today: date) -> None:
    """The purchases of last year, through the same reader as a real export."""
    data = "\r\n".join(_lines(today.year - 1)).encode("cp1252")
    table = spreadsheet.read_table("achats.csv", data, EXPECTED)
    mapping = spreadsheet.guess_mapping(table.headers, EXPECTED)
    file = add_up(table, mapping, Defaults(today.year - 1, Direction.BOUGHT, portfolio.currency, today))
    import_amounts(
        by=by, portfolio=portfolio, file=file, rates={}, digest=hashlib.sha256(data).hexdigest(), source="achats.csv"
    )


def _lines(year: int) -> Iterator[str]:
    """One line per quarter and supplier, as an accounting program writes them."""
    yield "Code fournisseur;Fournisseur;Famille;Date comptable;Montant HT;Devise"
    shares = [(one.name, one.category, one.share) for one in SUPPLIERS] + list(_others())
    for number, (name, category, share) in enumerate(shares, start=1):
        for month in (3, 6, 9, 12):
            euros = f"{WHOLE * share / 400:,.2f}".replace(",", " ").replace(".", ",")
            yield f"F{number:04d};{name};{category};28/{month:02d}/{year};{euros};EUR"


def _others() -> Iterator[tuple[str, str, float]]:
    chance = Random("Halles Brévanne")  # noqa: S311 - the same demonstration each time
    for category in CATEGORIES:
        for letter in LETTERS:
            yield f"{category} {letter}", category, round(chance.choice((0.2, 0.3, 0.4, 0.5, 0.7, 1.0)), 2)


def _first_scores(by: Actor, portfolio: Portfolio) -> None:
    partners = {partner.name: partner for partner in portfolio.partners.all()}
    for one in SUPPLIERS:
        partner = partners.pop(one.name)
        if one.note:
            change_partner(by=by, partner=partner, note=one.note)
        grounds = dict(one.grounds)
        levels = {
            Scale.UP: one.up, Scale.DOWN: one.down, Scale.CRITICALITY: one.criticality, Scale.DECLARED: one.declared,
            Scale.ESTIMATED: one.estimated, Scale.MARKET: one.market,
        }  # fmt: skip
        given = {str(scale): (level, grounds.get(scale, "")) for scale, level in levels.items()}
        score_partner(by=by, partner=partner, given=given)
    score_many(by=by, portfolio=portfolio, given=_sorting(list(partners.values())), source="Premier tri")


def _sorting(partners: list[Partner]) -> dict[int, dict[str, tuple[int, str]]]:
    """A first sorting of those that play no part: ordinary supplies, nothing high."""
    chance = Random("premier tri")  # noqa: S311 - the same demonstration each time
    ordinary = {
        Scale.UP: (0, 0, 1, 1), Scale.DOWN: (0, 0, 0, 1), Scale.CRITICALITY: (0, 0, 1, 1, 2),
        Scale.ESTIMATED: (0, 1, 1, 2, 2, 3), Scale.MARKET: (0, 0, 0, 1, 2),
    }  # fmt: skip
    return {
        partner.pk: {str(scale): (chance.choice(levels), "Premier tri") for scale, levels in ordinary.items()}
        for partner in partners
    }


def _second_look(maud: Actor, quality: Actor, portfolio: Portfolio) -> None:
    """Three months later: the delisting is spoken of, and the quality department gives its view."""
    cooperative = portfolio.partners.get(name="Coopérative du Haut-Vernay")
    score_partner(by=maud, partner=cooperative, given={str(Scale.DOWN): (4, DOWNSIDE)})
    glass = portfolio.partners.get(name="Verrerie Sainte-Oudaine")
    given = {str(Scale.CRITICALITY): (3, "Moules à notre marque ; un autre verrier demanderait un an.")}
    score_partner(by=quality, partner=glass, given=given)
    cold = portfolio.partners.get(name="Froid Delaunoy")
    given = {str(Scale.CRITICALITY): (3, "Un second réseau tiendrait deux magasins sur trois.")}
    score_partner(by=quality, partner=cold, given=given)
