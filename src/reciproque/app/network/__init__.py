"""The web of relations: people and functions of both companies, and the ties that each side declares by itself.

Words: tie (two people, a subject, a frequency, since when), declaration (one side's word about a tie), expected pair
(two functions that should meet for this perimeter), single thread (what hangs on one person or one tie), key people
(the list both sponsors declare complete, taken over by a wave). Sources: the web of relations; new contacts.
"""
