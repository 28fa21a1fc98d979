"""The word that is given, and kept or not: what the relationship screens call “parole donnée”.

Words: commitment or promise (owed by one side, or by both), owner (one person on each side: the bearer of the side that
owes, the witness opposite), change (an offer, other terms, a release: who, when, why), word (kept, late or broken, as
each side says it), exposed sponsor (somebody who defended the choice inside). Sources: the joint plan; six keys.
"""
