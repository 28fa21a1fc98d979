"""Each figure agrees with the reference software within the tolerance that the table states."""

import pytest

from reference import table


@pytest.mark.parametrize("subject", table.subjects())
def test_every_figure_agrees_with_its_reference(subject):
    rows = list(table.comparisons(subject))
    assert rows
    assert [row for row in rows if not row.agrees] == []
