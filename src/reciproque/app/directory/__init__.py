"""Organisations, functions, people, accounts, relationships and who has which role on them.

Words: organisation (a company), person (someone of a company), post (a function held during a period),
account (a login), relationship (one client and one supplier), membership (an account's role on a relationship,
and the side it sits on).
"""
