"""The workshop: two companies debate what divides them and what is left unsaid, and choose what they will do.

Words: a session; its mandate, deck of statements, votes, phases, proposals, minutes. Votes lie in one sealed box per
round, are summed by side when they are revealed, and the box is destroyed: no row ever joins a person and an answer.
"""
