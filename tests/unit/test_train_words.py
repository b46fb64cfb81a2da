"""What `wellkept train` says of its figures."""

import pytest

from wellkept.train import in_words


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (7, "7"),
        (None, "-"),
        (0.123456, "0.1235"),
        ("4 folds of homes", "4 folds of homes"),
        ({}, "-"),
        ({"n": 1, "bins": [{"n": 1, "was": 1.0}]}, "n 1"),
        ({"true": 4, "not_true": {"count": 0, "upper95": 62.0289}}, "true 4, not true (count 0, upper95 62.03)"),
    ],
)
def test_figures_are_read_by_people(figure: object, said: str) -> None:
    assert in_words(figure) == said
