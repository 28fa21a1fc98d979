"""The attacker itself is right: it finds what is planted, and agrees with plain enumeration."""

import random
from itertools import product

from attack import solver
from attack.solver import Attack


def campaign(waves, facts):
    """waves: {"w1": {question: {person: answer}}}; facts: (wave, questions, what is told)."""
    groups = {f"{wave}:client": sorted(next(iter(answers.values()))) for wave, answers in waves.items()}
    told = [
        {"kind": "mean", "group": f"{w}:client", "wave": w, "questions": qs, "decimals": 1, **what}
        for w, qs, what in facts
    ]
    return {"groups": groups, "facts": told}


def leaks(waves, facts, most=0, together=None, rules=False):
    attack = Attack(campaign(waves, facts), waves, "client", together or sorted(waves), rules=rules)
    return {(leak.person, leak.question): leak.possible for leak in attack.leaks(most)}


def test_mean_of_two_people_near_the_end_is_found():
    assert leaks({"w1": {"F1": {"ann": 7, "bob": 6}}}, [("w1", ["F1"], {"value": 6.5})]) == {("ann", "F1"): (6, 7)}


def test_mean_of_two_people_tells_one_of_them_everything():
    attack = Attack(
        campaign({"w1": {"F1": {"ann": 3, "bob": 5}}}, [("w1", ["F1"], {"value": 4.0})]),
        {"w1": {"F1": {"ann": 3, "bob": 5}}},
        "client",
        ["w1"],
        rules=False,
    )
    assert {(leak.attacker, leak.person): leak.possible for leak in attack.leaks(1)} == {
        (("ann",), "bob"): (5,),
        (("bob",), "ann"): (3,),
    }


def test_unanimous_end_is_found():
    answers = {f"p{n}": 7 for n in range(9)}
    assert leaks({"w1": {"F1": answers}}, [("w1", ["F1"], {"value": 7.0})]) == {("p0", "F1"): (7,)}


def test_exact_counts_are_found():
    answers = {"w1": {"F1": {f"p{n}": 4 for n in range(10)}}}
    facts = campaign(answers, [("w1", ["F1"], {"value": 4.0})])
    low, middle, high = ([1, 2], [0.0, 0.1]), ([3, 4, 5], [0.9, 1.0]), ([6, 7], [0.0, 0.1])
    facts["facts"] += [
        {
            "kind": "share",
            "group": "w1:client",
            "wave": "w1",
            "questions": ["F1"],
            "decimals": 1,
            "values": values,
            "interval": interval,
        }
        for values, interval in (low, middle, high)
    ]
    assert [leak.possible for leak in Attack(facts, answers, "client", ["w1"], rules=False).leaks(0)] == [(3, 4, 5)]


def test_one_newcomer_is_found_between_two_waves_and_in_neither_alone():
    first = {f"p{n}": value for n, value in enumerate((3, 4, 5, 4, 4, 3, 5, 4))}
    waves = {"w1": {"F1": first}, "w2": {"F1": first | {"new": 7}}}
    facts = [("w1", ["F1"], {"value": 4.0}), ("w2", ["F1"], {"value": 4.3})]
    assert leaks(waves, facts, together=["w1"]) == leaks(waves, facts, together=["w2"]) == {}
    assert leaks(waves, facts) == {("new", "F1"): (7,)}


def test_index_beside_its_subjects_is_found():
    """Sums of two subjects at the end for all but one question, which a total over both then tells."""
    answers = {
        "F1": dict.fromkeys("abcde", 7),
        "F2": dict.fromkeys("abcde", 4),
        "C1": dict.fromkeys("abcde", 7),
        "C2": dict.fromkeys("abcde", 1),
    }
    facts = [
        ("w1", ["F1", "F2"], {"value": 5.5}),
        ("w1", ["C1", "C2"], {"value": 4.0}),
        ("w1", ["F1", "C1"], {"value": 7.0}),
    ]
    found = leaks({"w1": answers}, facts)
    assert found["a", "F1"] == found["a", "C1"] == (7,)
    assert ("a", "C2") in found


def test_change_of_silence_refutes_that_nobody_changed():
    first = {f"p{n}": 4 for n in range(6)}
    waves = {"w1": {"F1": first}, "w2": {"F1": first | {"p0": None, "new": 7}}}
    assert leaks(waves, [("w1", ["F1"], {"value": 4.0}), ("w2", ["F1"], {"value": 4.5})]) == {}


def enumerated(waves, facts, most):
    """The same question answered by trying every set of answers."""
    told = campaign(waves, facts)
    cells = sorted(
        {
            (p, q)
            for answers in waves.values()
            for q, given in answers.items()
            for p, v in given.items()
            if v is not None
        }
    )
    truth = {(p, q): waves[w][q][p] for w in waves for q in waves[w] for p in waves[w][q]}
    rows = []
    for fact in told["facts"]:
        members = {(p, q) for p in told["groups"][fact["group"]] for q in fact["questions"]} & set(cells)
        rows.append(([cells.index(cell) for cell in members], solver.mean_bounds(fact, len(members), None)))
    worlds = [
        world
        for world in product(range(1, 8), repeat=len(cells))
        if all(low <= sum(world[i] for i in places) <= high for places, (low, high) in rows)
    ]
    found = {}
    people = sorted({p for p, _ in cells})
    for insiders in [(), *((p,) for p in people if most)]:
        seen = [world for world in worlds if all(world[i] == truth[c] for i, c in enumerate(cells) if c[0] in insiders)]
        for i, cell in enumerate(cells):
            values = tuple(sorted({world[i] for world in seen}))
            if cell[0] not in insiders and len(values) < 5:
                found[insiders, cell] = values
    return found


def test_agrees_with_enumeration_on_small_cases():
    """Every leak is found and none invented; interchangeable answers are named once."""
    chance = random.Random(4)
    for _ in range(25):
        waves, facts = small_case(chance)
        attack = Attack(campaign(waves, facts), waves, "client", sorted(waves), rules=False)
        mine = {(leak.attacker, (leak.person, leak.question)): leak.possible for leak in attack.leaks(1)}
        oracle = enumerated(waves, facts, 1)
        assert mine.items() <= oracle.items()
        assert {(len(who), values) for (who, _), values in oracle.items()} == {
            (len(who), values) for (who, _), values in mine.items()
        }


def small_case(chance):
    """Two waves of two or three people on one question, or one wave on two questions with a total over both."""
    if chance.random() < 0.5:
        first = {p: chance.randint(1, 7) for p in "abc"}
        second = {p: v for p, v in first.items() if p != chance.choice("abc")} | {"d": chance.randint(1, 7)}
        waves = {"w1": {"F1": first}, "w2": {"F1": second}}
        asked = [("w1", ["F1"]), ("w2", ["F1"])]
    else:
        waves = {"w1": {q: {p: chance.choice((1, 2, 6, 7)) for p in "ab"} for q in ("F1", "F2")}}
        asked = [("w1", ["F1"]), ("w1", ["F1", "F2"])]
    facts = []
    for wave, questions in asked:
        given = [v for q in questions for v in waves[wave][q].values()]
        mean = sum(given) / len(given)
        told = (
            {"value": int(mean * 10 + 0.5) / 10}
            if chance.random() < 0.6
            else {"interval": [max(1, int(mean) - 0.5), None]}
        )
        facts.append((wave, questions, told))
    return waves, facts


def test_a_subject_on_which_nobody_changed_is_read_although_others_changed():
    """One subject proves that people changed; the newcomer is found on the other, which does not."""
    first, stayed = {f"p{n}": 4 for n in range(6)}, {f"p{n}": 6 for n in range(6)}
    waves = {"w1": {"F1": first, "C1": first}, "w2": {"F1": stayed | {"new": 6}, "C1": first | {"new": 7}}}
    facts = [("w1", ["F1"], {"value": 4.0}), ("w2", ["F1"], {"value": 6.0})]
    facts += [("w1", ["C1"], {"value": 4.0}), ("w2", ["C1"], {"value": 4.4})]
    assert leaks(waves, facts) == {("new", "C1"): (7,)}


def test_the_word_same_lies_strictly_between_its_bounds():
    fact = {"interval": [3.0, 5.0], "decimals": 1}
    assert solver.mean_bounds(fact, 10, None) == (30, 50)
    assert solver.mean_bounds(fact | {"word": "same"}, 10, None) == (31, 49)


def test_two_people_pool_what_they_know_only_where_twelve_answered():
    waves = {"w1": {"F1": {f"p{n}": 4 for n in range(11)}}, "w2": {"F1": {f"p{n}": 4 for n in range(12)}}}
    facts = [("w1", ["F1"], {"value": 4.0}), ("w2", ["F1"], {"value": 4.0})]
    together = Attack(campaign(waves, facts), waves, "client", ["w1", "w2"], rules=False).attackers(2)
    assert {frozenset(pair) for pair in together if len(pair) == 2} == {frozenset((f"p{n}", "p11")) for n in range(11)}
