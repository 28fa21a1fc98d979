"""What every capability uses: the tamper-evident log, sides and audiences, page context, middleware, interface tags.

Words: actor (who acts), side (client, supplier, neutral), audience (who may read a record).
Ceiling: ten modules.
"""
