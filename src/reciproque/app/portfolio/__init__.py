"""Where to put the effort: an organisation ranks its partners on five criteria, from either chair.

Private to the organisation that scores. Words: partner (a company scored), criterion, score (its anchor in words,
evidence, author and date), weights (an order stated by people), acceptability (share of the weights compatible with
that order which give a rank), fragile rank, engaged (a relationship was opened). Source: the strategic partners.
"""
