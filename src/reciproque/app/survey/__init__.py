"""Questionnaires, waves, invitations, answering, and the sealed urn (source: the first article, on trust in pairs).

Words: wave (one measure of both sides), invitation (a person asked to answer), ballot (a sealed answer, in its own
store), quorum (answers a side needs), opening phrase (what a sponsor types to turn a key), receipt (proof that a
ballot was counted).
"""
