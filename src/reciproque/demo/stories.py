"""The stories of the demonstration: who, when, what each side says. Everything here is invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reciproque.demo.answers import View


@dataclass(frozen=True)
class Character:
    """Someone of a company. The role says whether the person can be entered from the login page, and as what."""

    first_name: str
    last_name: str
    function: str
    title: str = ""
    role: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Camp:
    company: str
    people: tuple[Character, ...]


@dataclass(frozen=True)
class Telling:
    """One wave: who of each side answers (by rank in the list), what they say, and the words they leave on a prompt."""

    opens_on: str
    closes_on: str
    client: tuple[int, ...]
    supplier: tuple[int, ...]
    client_view: View
    supplier_view: View
    words: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = field(
        default_factory=dict
    )  # prompt -> side -> (text, destiny)
    until: str = "open"  # open, closed, collecting, sealing
    form: str = "full"


@dataclass(frozen=True)
class Story:
    key: str
    client: Camp
    supplier: Camp
    perimeter: str
    since: str
    facilitator: Character
    tellings: tuple[Telling, ...]
    complete: bool = True


def facets(f: float, c: float, i: float, b: float, d: float, a: float, *, t: float, n: float) -> dict[str, float]:
    return {"F": f, "C": c, "I": i, "B": b, "D": d, "A": a, "T": t, "N": n}


def camp(company: str, *rows: str) -> Camp:
    """Rows such as "Claire Aubrac|purchasing|Directrice des achats|sponsor"."""
    people = []
    for row in rows:
        name, function, title, role = [*row.split("|"), "", ""][:4]
        first_name, last_name = name.split(" ", 1)
        people.append(Character(first_name, last_name, function, title, role))
    return Camp(company, tuple(people))


MARCHETTI = Character("Hélène", "Marchetti", "", "Facilitatrice indépendante", "facilitator")

VALMORINE = camp(
    "Valmorine Aérostructures",
    "Claire Aubrac|purchasing|Directrice des achats|sponsor",
    "Julien Armand|quality|Directeur qualité fournisseurs|deputy",
    "Yann Keradec|purchasing|Acheteur forge|member",
    "Martin Lesage|rd|Ingénieur bureau d’études|respondent",
    "Sofia Benhaddou|production|Responsable programme",
    "Nadia Ferrière|quality|Inspectrice qualité",
    "Paul Thévenin|logistics|Approvisionneur",
    "Inès Caradec|production|Cheffe d’atelier montage",
    "Hugo Delmas|finance|Contrôleur de gestion",
    "Lise Andrieu|general-management|Directrice générale adjointe",
    "Denis Roussel|rd|Ingénieur matériaux",
)
TRESSAC = camp(
    "Forge Tressac",
    "Bastien Rouvière|general-management|Directeur général|sponsor",
    "Odile Tressac|sales|Responsable grands comptes|deputy",
    "Solène Maurin|quality|Responsable qualité|member",
    "Karim Oulhadj|production|Chef d’atelier|respondent",
    "Étienne Marchal|production|Responsable presse 4 000 tonnes",
    "Éléonore Vasseur|rd|Métallurgiste",
    "Rosa Vidal|logistics|Responsable expéditions",
    "Maël Quentin|rd|Ingénieur outillages",
    "Aline Poujol|finance|Directrice financière",
    "Gaël Morvan|production|Chef d’équipe traitement thermique",
    "Jeanne Lacaze|sales|Administration des ventes",
    "Thierry Bonnal|quality|Contrôleur",
    "Amina Khelif|production|Planificatrice",
    "Luc Ferrandi|it|Responsable informatique",
    "Sylvie Darnaud|production|Responsable ébauches",
)

S1_WORDS_1 = {
    "O5": {
        "client": (
            ("Une visite de l’atelier, sans ordre du jour.", "publish"),
            ("Partager notre plan de charge à six mois.", "publish"),
            ("Nous dire plus tôt quand une presse s’arrête.", "publish"),
            ("Un seul interlocuteur pour les dérogations.", "publish"),
            ("Refaire ensemble le calcul du coût d’un rebut.", "reword"),
        ),
        "supplier": (
            ("Répondre à nos demandes de dérogation avant deux semaines.", "publish"),
            ("Venir voir ce que coûte un changement de série.", "publish"),
            ("Nous associer à la conception, une fois.", "publish"),
            ("Dire merci quand nous rattrapons un retard qui n’est pas le nôtre.", "reword"),
            ("Payer à la date écrite.", "publish"),
        ),
    }
}
S1_WORDS_2 = {
    "O5": {
        "client": (
            ("Venir nous voir avant d’avoir un problème, pas seulement après.", "publish"),
            ("Un seul tableau de charge, le même des deux côtés.", "publish"),
            ("Dire franchement ce que coûte chaque changement de plan.", "reword"),
            ("Garder la réunion du mardi, même quand tout va bien.", "publish"),
            ("Nous présenter la nouvelle équipe qualité.", "publish"),
        ),
        "supplier": (
            ("Nous prévenir quand le programme bouge, même si rien n’est sûr.", "publish"),
            ("Une fois, une seule, prendre les rebuts à moitié.", "reword"),
            ("Inviter notre bureau d’études à la revue de conception.", "publish"),
            ("Tenir la date de la revue de conception.", "publish"),
            ("Nous dire qui décide vraiment des volumes.", "publish"),
        ),
    }
}

FORGE = Story(
    key="forge",
    client=VALMORINE,
    supplier=TRESSAC,
    perimeter="Pièces forgées de structure",
    since="2009-01-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "-266",
            "-245",
            client=tuple(range(9)),
            supplier=tuple(range(13)),
            client_view=View(facets(78.3, 81.7, 71.7, 70, 68.3, 73.3, t=80, n=38), mirror=71.7, on_mirrored=75),
            supplier_view=View(facets(55, 66.7, 50, 38.3, 41.7, 41.7, t=52, n=62), mirror=58.3, on_mirrored=50),
            words=S1_WORDS_1,
        ),
        Telling(
            "-63",
            "-42",
            client=tuple(range(9)),
            supplier=tuple(range(13)),
            client_view=View(facets(76.7, 81.7, 71.7, 70, 71.7, 75, t=90, n=36), mirror=66.7, on_mirrored=75),
            supplier_view=View(facets(73.3, 75, 66.7, 51.7, 66.7, 55, t=61.7, n=58), mirror=66.7, on_mirrored=65),
            words=S1_WORDS_2,
        ),
        Telling(
            "-2",
            "+21",
            client=(),
            supplier=(),
            client_view=View(facets(75, 80, 72, 70, 71, 75, t=85, n=35), mirror=67),
            supplier_view=View(facets(70, 73, 63, 48, 64, 52, t=62, n=57), mirror=65),
            until="collecting",
            form="pulse",
        ),
    ),
)

SYNDICAT = camp(
    "Syndicat des Eaux du Val Sarvagne",
    "Anne Lorrain|general-management|Directrice générale des services|sponsor",
    "Michel Castan|production|Directeur d’exploitation|deputy",
    "Sabine Roques|purchasing|Responsable des marchés|member",
    "Joël Batut|production|Chef de station",
    "Fanny Delpech|quality|Responsable qualité de l’eau",
    "Rémi Cazals|production|Technicien réseau",
    "Agnès Vialard|finance|Comptable",
    "Bruno Estève|production|Technicien réseau",
    "Carole Massip|legal|Juriste",
    "Didier Puech|production|Chef d’équipe",
    "Élise Gineste|users|Relation abonnés",
    "Fabrice Soulié|production|Électromécanicien",
    "Gilles Albouy|it|Télégestion",
    "Hanane Bekri|users|Relation abonnés",
)
ONDELIS = camp(
    "Ondelis Services",
    "Pierre Chambon|general-management|Directeur général|sponsor",
    "Laure Teyssier|sales|Directrice d’agence|deputy",
    "Marc Ousset|production|Responsable travaux|member",
    "Nadège Fraysse|production|Cheffe de chantier",
    "Olivier Rigal|production|Conducteur de travaux",
    "Pascale Vernhes|quality|Responsable qualité",
    "Quentin Lafon|logistics|Responsable matériel",
    "Régine Moulin|finance|Responsable facturation",
    "Serge Andral|production|Chef d’équipe",
    "Tania Bousquet|sales|Chargée de clientèle",
)
PLANT = Story(
    key="plant",
    client=SYNDICAT,
    supplier=ONDELIS,
    perimeter="Exploitation et travaux",
    since="2011-04-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "-322",
            "-301",
            client=tuple(range(11)),
            supplier=tuple(range(8)),
            client_view=View(
                facets(35, 38.3, 11.7, 21.7, 35, 31.7, t=20, n=78), mirror=31.7, on_mirrored=28.9, items={"N3": 88}
            ),
            supplier_view=View(facets(48.3, 51.7, 40, 36.7, 38.3, 43.3, t=38, n=70), mirror=35, on_mirrored=43.3),
            words={
                "O2": {
                    "client": (
                        ("Le jour où nous avons vu leurs camions chez le voisin avec nos pompes.", "reword"),
                        ("Ils se servent de ce qui est à nous. Depuis longtemps.", "publish"),
                        ("Les installations utilisées pour un autre client, il y a neuf ans.", "reword"),
                        ("Un bon de sortie qui n’aurait pas dû exister.", "facilitator"),
                        ("Personne n’a jamais reconnu les faits.", "publish"),
                        ("Depuis 2017, je vérifie tout deux fois.", "publish"),
                    ),
                    "supplier": (
                        ("Une histoire ancienne dont on ne parle pas.", "publish"),
                        ("Le changement de chef d’agence.", "publish"),
                        ("Quoi qu’on fasse, ils ne voient que les problèmes.", "publish"),
                        ("Je ne sais pas ce qu’on nous reproche au juste.", "publish"),
                        ("Le matériel emprunté, il y a des années.", "reword"),
                    ),
                }
            },
        ),
        Telling(
            "-147",
            "-126",
            client=(*range(9), 11, 12, 13),
            supplier=tuple(range(8)),
            client_view=View(facets(60, 61.7, 70, 58.3, 60, 56.7, t=55, n=40), mirror=60, on_mirrored=61.7),
            supplier_view=View(facets(61.7, 63.3, 66.7, 58.3, 61.7, 60, t=58, n=42), mirror=58, on_mirrored=61.7),
        ),
    ),
)

AUTREMONT_BUYERS = camp(
    "Groupe Autremont",
    "Valérie Sorel|purchasing|Directrice des achats indirects|sponsor",
    "Xavier Lemoine|purchasing|Acheteur services|deputy",
    "Yasmine Attia|purchasing|Acheteuse services|member",
    "Zoé Garnier|finance|Contrôleuse de gestion",
    "Alban Courtois|legal|Juriste contrats",
)
AUTREMONT_SITES = camp(
    "Groupe Autremont",
    "Valérie Sorel|purchasing|Directrice des achats indirects|sponsor",
    "Benoît Charrier|users|Directeur de site|deputy",
    *(
        f"{name}|users|Responsable de site"
        for name in (
            "Camille Perrot",
            "David Joly",
            "Emma Besson",
            "Florent Hervé",
            "Gwenaëlle Le Bris",
            "Henri Vasseur",
            "Isabelle Noël",
            "Jérôme Pichon",
            "Katia Rolland",
            "Loïc Marty",
            "Mélanie Brun",
            "Noé Chevallier",
            "Ophélie Dumas",
            "Pascal Legrand",
            "Quitterie Lamy",
            "Romain Barbier",
            "Sandrine Pons",
            "Tristan Bailly",
            "Ulysse Carré",
            "Viviane Prost",
        )
    ),
)
CLARIVENE = camp(
    "Clarivène Propreté",
    "Denis Arnoux|sales|Directeur grands comptes|sponsor",
    "Mireille Fabre|production|Directrice des opérations|deputy",
    "Karine Bonnet|production|Responsable de secteur|member",
    "Léo Marchand|production|Responsable de secteur",
    "Nora Haddad|production|Cheffe d’équipe",
    "Oscar Prévost|quality|Responsable qualité",
    "Paula Mendes|production|Cheffe d’équipe",
    "Raphaël Dubreuil|logistics|Responsable matériel",
    "Samira Ouali|production|Responsable de secteur",
)
CLARIVENE_VIEW = View(facets(60, 65, 63.3, 58.3, 60, 61.7, t=60, n=45), mirror=66.7, on_mirrored=61.7)
BUYERS = Story(
    key="buyers",
    client=AUTREMONT_BUYERS,
    supplier=CLARIVENE,
    perimeter="Contrat et achats",
    since="2021-01-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "-203",
            "-182",
            client=tuple(range(5)),
            supplier=tuple(range(7)),
            client_view=View(facets(71.7, 73.3, 68.3, 70, 70, 71.7, t=70, n=35), mirror=66.7, on_mirrored=71.7),
            supplier_view=CLARIVENE_VIEW,
        ),
    ),
)
USERS = Story(
    key="users",
    client=AUTREMONT_SITES,
    supplier=CLARIVENE,
    perimeter="Vie des 22 sites",
    since="2021-01-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "-203",
            "-182",
            client=tuple(range(14)),
            supplier=tuple(range(8)),
            client_view=View(facets(38.3, 58.3, 43.3, 41.7, 31.7, 50, t=40, n=55), mirror=55, on_mirrored=43.3),
            supplier_view=CLARIVENE_VIEW,
            words={
                "O1": {
                    "client": (
                        ("On nous a promis quatre passages par semaine, nous en avons deux.", "publish"),
                        ("Dix-neuf jours pour répondre à une plainte.", "publish"),
                        ("Le contrat a été signé sans nous.", "reword"),
                        ("Je ne remonte plus les problèmes : rien ne change.", "publish"),
                        ("J’ai défendu ce choix devant mes équipes, je le regrette.", "reword"),
                    ),
                    "supplier": (
                        ("Nous avons promis plus que nous ne pouvions tenir.", "reword"),
                        ("Les sites ne savent pas ce qui a été vendu.", "publish"),
                        ("Nous ne parlons qu’aux acheteurs.", "publish"),
                        ("Les équipes changent trop vite.", "publish"),
                        ("Le prix ne permet pas quatre passages.", "publish"),
                    ),
                }
            },
        ),
    ),
)

ARVENOISE = camp(
    "Mutuelle Arvenoise",
    "Catherine Blondel|it|Directrice des systèmes d’information|sponsor",
    "Éric Tournier|it|Responsable production|deputy",
    *(
        f"{name}|{function}|"
        for name, function in (
            ("Laurence Petit", "users"),
            ("Mathieu Girard", "it"),
            ("Nathalie Roy", "finance"),
            ("Philippe Morel", "it"),
            ("Sonia Vidal", "users"),
        )
    ),
)
CRYPTELLE = camp(
    "Cryptelle Hébergement",
    "Arnaud Keller|general-management|Directeur général|sponsor",
    "Delphine Roche|production|Directrice technique|deputy",
    *(
        f"{name}|{function}|"
        for name, function in (
            ("Farid Benali", "production"),
            ("Gaëlle Simon", "sales"),
            ("Ivan Colas", "production"),
            ("Judith Meyer", "quality"),
        )
    ),
)
OUTAGE = Story(
    key="outage",
    client=ARVENOISE,
    supplier=CRYPTELLE,
    perimeter="Hébergement des applications",
    since="2018-09-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "-28",
            "-3",
            client=tuple(range(7)),
            supplier=tuple(range(6)),
            client_view=View(facets(45, 46.7, 55, 48.3, 46.7, 48.3, t=42, n=52), mirror=55, on_mirrored=48.3),
            supplier_view=View(facets(60, 61.7, 60, 55, 58.3, 60, t=60, n=40), mirror=45, on_mirrored=58.3),
            until="closed",
        ),
    ),
)

NEXT_STAGE = Story(
    key="refill",
    client=camp(
        "Maison Ysaurel",
        "Blanche Aubertin|purchasing|Directrice des achats|sponsor",
        "Côme Delaunay|production|Directeur industriel|deputy",
        *(
            f"{name}|{function}|"
            for name, function in (
                ("Diane Fournel", "rd"),
                ("Émile Garrec", "quality"),
                ("Flora Jamet", "logistics"),
                ("Guy Lemaire", "production"),
                ("Hortense Noiret", "sales"),
            )
        ),
    ),
    supplier=camp(
        "Cartonelle du Ternois",
        "Ivan Petitjean|sales|Directeur commercial|sponsor",
        "Jade Quentin|production|Directrice d’usine|deputy",
        *(
            f"{name}|{function}|"
            for name, function in (
                ("Kevin Renard", "rd"),
                ("Louise Sellier", "quality"),
                ("Maxime Thuillier", "production"),
                ("Nina Vasseur", "logistics"),
                ("Octave Wiart", "finance"),
            )
        ),
    ),
    perimeter="Étuis et coffrets",
    since="2024-05-01",
    facilitator=MARCHETTI,
    tellings=(
        Telling(
            "+7",
            "+28",
            client=(),
            supplier=(),
            client_view=View(facets(60, 60, 60, 60, 60, 54, t=60, n=40), mirror=60),
            supplier_view=View(facets(60, 60, 60, 60, 60, 60, t=60, n=40), mirror=60),
            until="sealing",
        ),
    ),
)

AGENCY = Story(
    key="agency",
    client=camp(
        "Nubellia",
        "Présidente de Nubellia|general-management|Présidente|sponsor",
        "Responsable financier|finance|Responsable financier|deputy",
    ),
    supplier=camp(
        "Quintefeuille Conseil",
        "Directeur de Quintefeuille|general-management|Directeur général|sponsor",
        "Directrice conseil|sales|Directrice conseil|deputy",
        "Consultante éditoriale|production|Consultante éditoriale",
        "Consultant presse|production|Consultant relations presse",
    ),
    perimeter="Communication",
    since="-730",
    facilitator=MARCHETTI,
    tellings=(),
)

STORIES = (FORGE, PLANT, BUYERS, USERS, OUTAGE, NEXT_STAGE, AGENCY)
