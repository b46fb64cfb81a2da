"""The evidence of a finding over HTTP: chart, decision, what was ruled out; from what scoring stores."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from domain.signals import Kind
from models.judge import judge_appliance
from scheduler.propose import propose
from store.database import Connection
from store.findings import record_verdict
from store.scoring import StoredIndex, StoredReference, write_indices, write_references
from tests.integration.api_homes import NOW, add_appliance, add_home, client
from tests.integration.scheduler_homes import work_on
from tests.unit.index_stories import fault_story, signature_named
from tests.unit.synthetic_days import evening

pytestmark = pytest.mark.integration
LAST = 60


def test_the_evidence_of_a_finding_is_served_from_what_is_stored(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    kind = Kind.WATER_HEATER
    history, references = fault_story(signature_named(kind, "element_failing"), 0.15, LAST)
    verdict = next(v for v in judge_appliance(kind, history, references, evening(LAST)) if v.present)
    add_home(connection, "home-1")
    key = add_appliance(connection, "heater-1", kind, "home-1")
    with connection.transaction():
        write_indices(
            connection,
            [
                StoredIndex(key, day, index, value, spread, weight)
                for index, series in history.series.items()
                for day, value, spread, weight in zip(
                    series.days, series.values.tolist(), series.spreads.tolist(), series.weights.tolist(), strict=True
                )
            ],
        )
        write_references(
            connection,
            [(key, StoredReference(one.index, one.learned_from, one.learned_to, one.model))
             for one in references.values()],
        )  # fmt: skip
        found = record_verdict(connection, key, kind, replace(verdict, probability=0.9), NOW)
        assert found is not None
    with client(database_url, mqtt_url) as api:
        path = f"/api/v1/findings/{found.finding_id}"
        missing = api.get(f"{path}/decision")
        assert (missing.status_code, missing.json()["status"]) == (404, 404)
        assert "within a minute" in missing.json()["detail"]

        assert propose(work_on(connection))["proposed"] == 1
        shown = api.get(path).json()
        assert shown["decision"] == "visit_now"
        assert any("Limescale" in one for one in shown["ruled_out"])
        decided = api.get(f"{path}/decision").json()
        assert [one["option"] for one in decided["weighed"]] == ["visit_now", "visit_bundled", "nothing"]

        chart = api.get(f"{path}/chart.svg")
        assert chart.headers["content-type"] == "image/svg+xml"
        drawn = ElementTree.fromstring(chart.text)
        said = drawn.findtext("{http://www.w3.org/2000/svg}desc") or ""
        assert said.startswith("Resistance of the element by day")
        assert len(list(drawn.iter("{http://www.w3.org/2000/svg}circle"))) > 40
        assert api.get("/api/v1/findings/00000000-0000-0000-0000-000000000000/chart.svg").status_code == 404
