"""The publication, the only figures that exist, and everything shown from it: pages, PDF, spreadsheet, facts.

Words: publication (the figures of one wave, both sides, written in one transaction), double mirror (what each side says
of the other, beside what it thinks is said of it), margin, open band (a figure that would give answers away, shown as a
bound), cannot tell yet. This folder cannot reach the ballot store.
"""
