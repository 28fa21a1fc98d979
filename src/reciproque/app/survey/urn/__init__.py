"""The sealed urn with two keys: sealing, collecting, closing and opening of one wave's ballots.

Why: nobody, the host included, may read what one person answered, and neither company may read before the other.
Words: ballot (one person's sealed answers), slot (where it lies until closing), half (a company's private key),
share (a company's part of one ballot's key), receipt (twelve signs that prove a ballot is in the list).
"""
