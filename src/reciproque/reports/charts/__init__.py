"""Charts of the double mirror: one frozen specification gives the page, the PDF and the table twin.

Grammar: a full mark is what a side says, a hollow one what the other side imagines; a bar is a margin; a bar with an
arrow and no mark is an open band; a dotted line is a blind spot; the ink bracket is the gap, client minus supplier.
"""
