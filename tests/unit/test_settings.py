"""Settings that cannot be meant are refused by name, and each one stands in its guide."""

from pathlib import Path

import pytest

from domain.errors import BadInput
from wellkept.settings import VARIABLES, read_settings

GUIDE = Path(__file__).parents[2] / "docs/guides/settings.md"


def test_every_variable_stands_in_the_guide() -> None:
    told = GUIDE.read_text(encoding="utf-8")
    assert [variable for variable, _ in VARIABLES.values() if f"`{variable}`" not in told] == []


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("API_PORT", "0", "a whole number from 1 to 65535"),
        ("API_URL", "here", "http://"),
        ("CLIENT_ID", "a b", "letters, digits"),
        ("CLIENT_ID", "x" * 65, "1 to 64"),
        ("MQTT_FILTERS", "wk/#/telemetry", "'wk/#/telemetry' is no topic filter"),
        ("MQTT_FILTERS", "wk/v1+", "is no topic filter"),
        ("MQTT_FILTERS", " ", "at least one"),
        ("PACE", "fast", "production or demo"),
        ("RETENTION_DAYS", "1e9", "a whole number from 1 to 36600"),
        ("SCORE_PROCESSES", "0", "a whole number from 1 to 64"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(variable: str, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_settings({f"WELLKEPT_{variable}": text})
    assert f"WELLKEPT_{variable}" in str(error.value)


def test_filters_are_read_one_by_one() -> None:
    assert read_settings({"WELLKEPT_MQTT_FILTERS": "wk/v1/#  tele/+/SENSOR #"}).mqtt_filters == (
        "wk/v1/#", "tele/+/SENSOR", "#"
    )  # fmt: skip
