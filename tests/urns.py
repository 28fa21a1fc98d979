"""One wave's urn with both keys at hand, for tests: what a whole site would do, without the site."""

from __future__ import annotations

from dataclasses import dataclass, field

from reciproque.app.survey.urn import close, collect, keys, opening, seal


@dataclass
class Urn:
    """One wave's urn and the people invited: the first half of the invitations are the client's."""

    wave_id: int
    people: int
    client: keys.Half = field(default_factory=keys.new_half)
    supplier: keys.Half = field(default_factory=keys.new_half)
    marked: list[frozenset[int]] = field(default_factory=list)

    @property
    def invitations(self) -> list[int]:
        return [self.wave_id * 1000 + number for number in range(self.people)]

    def side(self, invitation: int) -> str:
        return seal.CLIENT if invitation % 1000 < self.people / 2 else seal.SUPPLIER

    def found(self, invitation: int) -> collect.Recognised:
        return collect.recognise(collect.invitation_token(self.wave_id, invitation), {self.wave_id: self.invitations})

    def submit(self, invitation: int, answers: seal.Answers | None = None) -> str:
        answers = answers or self.answers(invitation)
        public = {"client": self.client.public, "supplier": self.supplier.public}
        return collect.submit(self.found(invitation), side=self.side(invitation), answers=answers, **public)

    def answers(self, invitation: int) -> seal.Answers:
        """Answers that name the invitation, so that a test can tell whose they are."""
        text = seal.Text("O1", f"canary text {invitation}", seal.PUBLISH)
        return seal.Answers(f"canary-{invitation}", {"F1": invitation % 7 + 1, "F2": None, "F2m": 4}, (text,))

    def close(self) -> close.ReceiptList:
        return close.close(self.wave_id, self.invitations, self.marked.append)

    def turn(self, side: str) -> opening.Opened | None:
        mine, other = (self.client, self.supplier) if side == seal.CLIENT else (self.supplier, self.client)
        listed = close.receipt_list(self.wave_id).receipts
        return opening.turn(wave_id=self.wave_id, side=side, half=mine, other_public=other.public, listed=listed)

    def open(self) -> opening.Opened | None:
        self.turn(seal.CLIENT)
        return self.turn(seal.SUPPLIER)


def open_ballot(
    row: seal.SealedRow, *, wave_id: int, client: keys.Half, supplier: keys.Half, lock: bytes
) -> seal.Answers:
    """The answers of one ballot, by whoever holds both halves and the lock of its wave."""
    return seal.open_row(
        row,
        wave_id=wave_id,
        share_client=seal.open_share(row.box_client, client),
        share_supplier=seal.open_share(row.box_supplier, supplier),
        lock=lock,
    )
