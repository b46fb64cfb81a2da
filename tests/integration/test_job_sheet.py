"""What a technician is shown before and at a visit."""

import httpx
import pytest

from scheduler.parts import supply_parts
from store.database import Connection
from store.field import take_actions
from store.knowledge import change_article, read_article, seed_knowledge
from tests.integration.api_homes import NOW, client
from tests.integration.field_homes import VAN, Visit, add_parts, add_visit
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration


@pytest.fixture
def visit(connection: Connection) -> Visit:
    add_parts(connection)
    seed_knowledge(connection)
    made = add_visit(connection)
    connection.execute(
        "UPDATE appliance SET serial = 'SN-7', installed_on = '2024-01-31',"
        ' facts = \'{"warranty_months": 25, "secret": 1}\''
    )
    connection.execute(
        'UPDATE household SET contact = \'{"phone": "+49 30 1", "note": "<b>bell broken</b>", "pin": "1234"}\''
    )
    return made


def test_a_sheet_holds_evidence_causes_steps_parts_history_and_safety(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    other = add_visit(connection, "home-2", hours=48)
    take_actions(connection, [other.action("report", outcome="other_fault", found_fault="sensor_fault")], NOW)
    take_actions(connection, [visit.action("report", outcome="confirmed", note="first try", repaired=False)], NOW)
    supply_parts(work_on(connection, NOW))
    with client(database_url, mqtt_url) as api:
        sheet = api.get(f"/api/v1/orders/{visit.order}/job-sheet").json()
        assert sheet["contact"] == {"phone": "+49 30 1", "note": "<b>bell broken</b>"}, "nothing that is not needed"
        (task,) = sheet["tasks"]
        assert task["title"] == "Defrosting fails"
        assert task["evidence"] == "more power: 1000 W, where 800 W was expected, since 2 June 2025"
        assert task["warranty_until"] == "2026-02-28"
        assert sum(c["probability"] for c in task["causes"]) == pytest.approx(1, abs=0.05)
        assert "Defrost heater open" in [c["cause"] for c in task["causes"]]
        assert "A sensor gives wrong values" in [c["cause"] for c in task["causes"]], "found at another home"
        assert any("flammable" in line for line in task["safety"])
        assert task["history"][0]["detail"] == "defrost_failure: confirmed. first try"
        assert {o["code"] for o in task["other_faults"]} >= {"sensor_fault", "condenser_dust"}
        assert (task["outcome"], task["repaired"]) == ("confirmed", False)

        shown = api.get(f"/field/orders/{visit.order}")
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "&lt;b&gt;bell broken&lt;/b&gt;" in shown.text, "what people write is never markup"
        assert "Defrost heater open" in shown.text
        for link in ("field.css", "field.js", "queue.js", "worker.js"):
            assert api.get(f"/field/files/{link}").status_code == 200
        assert api.get("/field/worker.js").headers["Content-Type"].startswith("text/javascript")
        assert f"/field/orders/{other.order}" in api.get("/field/tech-1").text
        assert [v["number"] for v in api.get("/api/v1/technicians/tech-1/visits").json()] == [1, 2]
        assert api.get("/field/tech-9").json()["detail"] == "there is no technician tech-9"
        assert api.get("/field/orders/none").status_code == 404

        scanned = api.get("/api/v1/scan/SN-7").json()
        assert scanned["warranty_until"] == "2026-02-28"
        assert "nothing has the code" in api.get("/api/v1/scan/none").json()["detail"]


def test_parts_on_the_sheet_say_where_they_lie(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    supply_parts(work_on(connection, NOW))
    with client(database_url, mqtt_url) as api:
        (task,) = api.get(f"/api/v1/orders/{visit.order}/job-sheet").json()["tasks"]
        heater, sensor = task["parts"]
        assert (heater["held"][0]["part_id"], heater["held"][0]["place"]) == ("heater-a", VAN)
        assert sensor["missing"].startswith("on its way: transfer")
        page = api.get(f"/field/orders/{visit.order}").text
        assert "1 × heater-a, in your van" in page
        knowledge_is_searched_and_edited(connection, api)


def knowledge_is_searched_and_edited(connection: Connection, api: httpx.Client) -> None:
    """On the same server, because starting one costs more than all of this."""

    def ids(**asked: str) -> list[str]:
        return [a["id"] for a in api.get("/api/v1/knowledge", params=asked).json()["items"]]

    assert ids(q="melting ice on the evaporator")[0] == "refrigerator.defrost_failure", "by stem and relevance"
    assert "refrigerator.defrost_failure" in ids(q="evapora"), "a word only begun"
    assert ids(q="100%_") == []
    assert ids(fault="filter_clog", kind="range_hood") == ["range_hood.filter_clog"]
    assert set(ids(kind="dryer")) == {"dryer.overheat_trips", "dryer.vent_clog"} | {
        f"any.{fault}" for fault in ("breakdown", "campaign_check", "earth_leakage", "sensor_fault", "silent")
    }
    own = {"id": "acme.x2", "kind": "refrigerator", "fault": "defrost_failure", "title": "X2", "summary": "The X2 ..."}
    assert api.post("/api/v1/knowledge", json={**own, "maker": "Acme", "model": "X2*"}).status_code == 201
    assert api.post("/api/v1/knowledge", json=own).status_code == 409
    assert api.patch("/api/v1/knowledge/acme.x2", json={"title": "X2 series"}).status_code == 428
    changed = api.patch("/api/v1/knowledge/acme.x2", json={"title": "X2 series"}, headers={"If-Match": '"1"'})
    assert (changed.json()["title"], changed.json()["version"]) == ("X2 series", 2)
    causes = {"causes": [{"cause": "fan", "share": 1.0}]}
    changed = api.patch("/api/v1/knowledge/acme.x2", json=causes, headers={"If-Match": '"2"'})
    assert changed.json()["causes"] == [{"cause": "fan", "share": 1.0, "check": ""}], "what is left out has its default"

    assert seed_knowledge(connection) == 0, "running it again changes nothing"
    connection.execute("UPDATE knowledge_article SET edition = 0 WHERE id IN ('any.silent', 'dryer.vent_clog')")
    change_article(connection, "any.silent", {"title": "Ours"})
    assert seed_knowledge(connection) == 1, "a newer edition replaces the shipped one only"
    assert read_article(connection, "any.silent").title == "Ours"
