"""docs/datastar.md shows the table of tests as it is."""

from support.reference.table import PAGE, page


def test_the_page_shows_the_table():
    how = "PYTHONPATH=tests python -m support.reference.table writes it anew"
    assert PAGE.read_text() == page(), how
