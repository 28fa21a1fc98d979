"""What the directory announces. Capabilities above it listen, since it does not know them."""

from django.dispatch import Signal

# Somebody received a role and must be told by e-mail. Arguments: account, relationship, by (Actor).
# Sent inside the transaction of the action: whoever listens only queues.
account_invited = Signal()
