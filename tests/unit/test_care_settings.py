"""How often owners are bothered can be set, within reason."""

from datetime import timedelta

import pytest

from domain.care import CareParams
from domain.errors import BadInput
from wellkept.care_settings import read_care
from wellkept.settings import read_settings


def test_limits_are_read_by_name_and_the_others_stay() -> None:
    environ = {"WELLKEPT_CARE_HOUSEHOLD_GAP_HOURS": "36", "WELLKEPT_CARE_HOUSEHOLD_WEEK": "1", "PATH": "/bin"}
    read = read_care(environ | {"WELLKEPT_CARE_REPEAT_GAP_DAYS": ""})
    assert (read.household_gap, read.household_week) == (timedelta(hours=36), 1)
    assert read.repeat_gap == CareParams().repeat_gap
    assert read_settings(environ).care == read
    assert read_care({}) == CareParams()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("HOUSEHOLD_GAP", "24", "is not known; there are WELLKEPT_CARE_HOUSEHOLD_GAP_HOURS"),
        ("HOUSEHOLD_GAP_HOURS", "often", "could not convert"),
        ("HOUSEHOLD_GAP_HOURS", "nan", "from 0 to 8784"),
        ("REPEAT_GAP_DAYS", "-1", "from 0 to 366"),
        ("REFUSAL_REST_DAYS", "1e9", "from 0 to 366"),
        ("HOUSEHOLD_WEEK", "0", "from 1 to 100"),
        ("HOUSEHOLD_WEEK", "1.5", "invalid literal"),
    ],
)
def test_a_limit_that_cannot_be_understood_is_named(name: str, text: str, says: str) -> None:
    variable = f"WELLKEPT_CARE_{name}"
    with pytest.raises(BadInput, match=says) as error:
        read_care({variable: text})
    assert variable in str(error.value)
