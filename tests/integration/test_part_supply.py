"""Parts of an approved order are held, asked for, and let go of again."""

import pytest

from domain.errors import Conflict
from domain.states import ORDER
from scheduler.parts import supply_parts
from store.database import Connection
from store.moves import move
from store.part_supply import read_needs
from store.part_transfers import list_transfers, request_transfer
from store.reservations import receive_for_task
from store.stock import free_stock
from tests.integration.api_homes import NOW, client
from tests.integration.field_homes import REGION, STORE, VAN, Visit, add_parts, add_visit, go
from tests.integration.scheduler_homes import work_on

pytestmark = pytest.mark.integration


@pytest.fixture
def visit(connection: Connection) -> Visit:
    add_parts(connection)
    return add_visit(connection)


def test_parts_are_held_nearest_first_and_asked_for_where_they_are_missing(
    connection: Connection, visit: Visit
) -> None:
    waiting = add_visit(connection, "home-2", state="proposed")
    work = work_on(connection, NOW)
    assert supply_parts(work) == {"held": 2, "released": 0}
    heater, sensor = read_needs(connection, visit.order)
    # 0.9 * 0.6 and 0.9 * 0.45
    assert [(n.role, n.probability) for n in (heater, sensor)] == [("defrost_heater", 0.54), ("defrost_sensor", 0.405)]
    assert heater.candidates == ["heater-a"], "the other maker's heater does not fit"
    assert [(h.part_id, h.place, h.state) for h in heater.held] == [("heater-a", VAN, "reserved")]
    assert sensor.missing == f"on its way: transfer 1 from {REGION} to {STORE}"
    assert supply_parts(work) == {"held": 0, "released": 0}, "running it again changes nothing"
    assert read_needs(connection, waiting.order)[0].held == [], "nobody has approved that one"

    (transfer,) = list_transfers(connection, None, 10, states=["shipped"], place=None)
    connection.execute("UPDATE part_transfer SET state = 'received' WHERE id = %s", (transfer.id,))
    receive_for_task(connection, transfer, actor="outlet")
    sensor = read_needs(connection, visit.order)[1]
    assert (sensor.missing, [(h.place, h.state) for h in sensor.held]) == (None, [(STORE, "reserved")])

    go(connection, visit.order, "cancelled")
    assert supply_parts(work) == {"held": 0, "released": 2}
    assert free_stock(connection)[STORE] == {"heater-a": 2, "defrost_sensor": 1}


def test_who_does_not_come_any_more_holds_nothing_back(connection: Connection, visit: Visit) -> None:
    work = work_on(connection, NOW)
    supply_parts(work)
    connection.execute("UPDATE service_order SET technician_id = 'tech-2' WHERE id = %s", (visit.order,))
    assert supply_parts(work)["held"] == 1
    assert read_needs(connection, visit.order)[0].held[0].place == STORE
    assert free_stock(connection)[VAN]["heater-a"] == 1


def test_what_nobody_has_is_said_and_a_refusal_tells_what_to_do(connection: Connection, visit: Visit) -> None:
    connection.execute("INSERT INTO part (id, name, lead_days) VALUES ('foam', 'Foam', 9)")
    asked = {"task_id": None, "asked_by": "tech-1", "now": NOW}
    refused = request_transfer(connection, "foam", 1, VAN, **asked)
    assert refused.state == "refused"
    assert refused.explanation == (
        f"{STORE} has 0 free, {REGION} has 0 free, 1 wanted; nobody else has it: order it from the supplier, which "
        "takes 9 days"
    )
    sent = request_transfer(connection, "heater-a", 2, VAN, **asked)
    assert (sent.state, sent.from_place) == ("shipped", STORE), "a van asks its own outlet first"
    assert request_transfer(connection, "heater-a", 1, STORE, **asked).state == "refused"
    sent = request_transfer(connection, "defrost_sensor", 2, VAN, **{**asked, "task_id": visit.task})
    assert (sent.from_place, free_stock(connection)[REGION]) == (REGION, {"defrost_sensor": 1})
    with pytest.raises(Conflict, match=f"transfer {sent.number} brings defrost_sensor for this task already"):
        request_transfer(connection, "defrost_sensor", 1, VAN, **{**asked, "task_id": visit.task})

    connection.execute("UPDATE appliance SET kind = 'dryer' WHERE key = %s", (visit.appliance,))
    supply_parts(work_on(connection, NOW))
    shortage = connection.execute("SELECT explanation FROM part_shortage").fetchall()
    assert shortage == [("the catalogue has no defrost_heater for Acme X210: add one with POST /parts",)]


def test_the_catalogue_its_stock_and_reservations_over_the_api(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    with client(database_url, mqtt_url) as api:

        def refused(status: int, says: str, method: str, path: str, body: object, **headers: str) -> None:
            answer = api.request(method, f"/api/v1{path}", json=body, headers=headers)
            assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text

        part = {"id": "gasket-x", "name": "Gasket X", "role": "gasket", "fits": ["refrigerator"], "barcode": "400123"}
        rules = [{"kind": "refrigerator", "maker": "Other", "model": "Z*"}]
        made = api.post("/api/v1/parts", json={**part, "rules": rules, "stock": {"outlet-1": 3}})
        assert (made.status_code, made.json()["stock"], made.json()["rules"]) == (201, {"outlet-1": 3}, rules)
        refused(409, "there is a part gasket-x already; change it with PATCH", "POST", "/parts", part)
        refused(428, "If-Match", "PATCH", "/parts/gasket-x", {"name": "Seal"})
        changed = api.patch(
            "/api/v1/parts/gasket-x",
            json={"superseded_by": "heater-a", "name": None},
            headers={"If-Match": made.headers["ETag"]},
        ).json()
        assert (changed["name"], changed["superseded_by"], changed["version"]) == ("Gasket X", "heater-a", 2)
        refused(412, "changed meanwhile", "PATCH", "/parts/gasket-x", {"name": "Seal"}, **{"If-Match": '"1"'})
        refused(422, "a circle", "PATCH", "/parts/heater-a", {"superseded_by": "gasket-x"}, **{"If-Match": "*"})
        refused(422, "no part glue", "PATCH", "/parts/heater-a", {"alternatives": ["glue"]}, **{"If-Match": "*"})

        move = {"part_id": "gasket-x", "reason": "moved", "quantity": 2, "from_place": STORE, "to_place": VAN}
        assert api.post("/api/v1/stock/movements", json=move).json()["on_hand"] == 2
        refused(409, f"{STORE} has 1 free of gasket-x, not 2; there are 2 at {VAN}", "POST", "/stock/movements", move)
        refused(422, "no place van:nobody", "POST", "/stock/movements", {**move, "to_place": "van:nobody"})
        stays = {**move, "to_place": move["from_place"]}
        refused(422, "lie at outlet:outlet-1 already", "POST", "/stock/movements", stays)
        refused(422, "valid integer", "POST", "/stock/movements", {**move, "quantity": "1"})
        refused(422, "received needs to_place", "POST", "/stock/movements", {**move, "reason": "received"})
        count = {"part_id": "gasket-x", "reason": "counted", "counted": 0, "to_place": STORE}
        assert api.post("/api/v1/stock/movements", json=count).json()["on_hand"] == 0
        ledger = api.get("/api/v1/stock/movements", params={"part_id": "gasket-x"}).json()["items"]
        assert [(m["reason"], m["quantity"]) for m in ledger] == [("counted", 1), ("moved", 2), ("counted", 3)]

        hold = {"task_id": str(visit.task), "part_id": "heater-a"}
        refused(422, "gasket-x does not fit fridge-of-home-1", "POST", "/reservations", {**hold, "part_id": "gasket-x"})
        refused(422, "no part glue", "POST", "/reservations", {**hold, "part_id": "glue"})
        refused(409, "has 1 free of heater-a, not 9", "POST", "/reservations", {**hold, "quantity": 9})
        held = api.post("/api/v1/reservations", json=hold, headers={"Idempotency-Key": "once"}).json()
        again = api.post("/api/v1/reservations", json=hold, headers={"Idempotency-Key": "once"}).json()
        assert (held["id"], held["place"]) == (again["id"], VAN)
        refused(409, f"this task holds 1 of heater-a at {VAN} already", "POST", "/reservations", hold)
        beside = api.post("/api/v1/transfers", json={**hold, "to_place": VAN}).json()
        assert api.post(f"/api/v1/transfers/{beside['id']}/receive").json()["state"] == "received"
        assert free_stock(connection)[VAN]["heater-a"] == 1, "the task has one: the other lies free in the van"
        refused(409, "possible now: picked, released", "POST", f"/reservations/{held['id']}/return", None)
        assert api.post(f"/api/v1/reservations/{held['id']}/pick").json()["state"] == "picked"
        assert api.post(f"/api/v1/reservations/{held['id']}/return").json()["place"] == STORE
        region = api.get("/api/v1/outlets/region-1")
        assert region.json()["supplied_by"] is None
        refused(
            *(422, "outlet-1 is itself supplied by region-1", "PATCH", "/outlets/region-1"),
            {"supplied_by": "outlet-1"},
            **{"If-Match": region.headers["ETag"]},
        )
        sent = api.post("/api/v1/transfers", json={"part_id": "defrost_sensor", "to_place": STORE}).json()
        assert sent["state"] == "shipped"
        assert api.post(f"/api/v1/transfers/{sent['id']}/receive").json()["state"] == "received"
        stock = api.get("/api/v1/stock", params={"part_id": "defrost_sensor", "limit": 1}).json()
        assert (stock["items"][0]["place"], stock["items"][0]["free"]) == (STORE, 1)
        assert api.get("/api/v1/stock", params={"part_id": "defrost_sensor", "limit": 1, "cursor": stock["next"]})
        needs = api.get(f"/api/v1/orders/{visit.order}/parts").json()
        assert [n["role"] for n in needs] == ["defrost_heater", "defrost_sensor"]


def test_the_forecast_counts_what_is_found_what_may_come_and_what_is_there(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    connection.execute("UPDATE household SET latitude = 50, longitude = 8")
    with client(database_url, mqtt_url) as api:
        found = {(f["outlet_id"], f["role"]): f for f in api.get("/api/v1/stock/forecast", params={"weeks": 2}).json()}
        heater, sensor = found["outlet-1", "defrost_heater"], found["outlet-1", "defrost_sensor"]
        # 0.9 * 0.6 of tomorrow's visit, and one refrigerator's share of a week at (0.03 * 200 + 1) / 200 a year
        base = 0.035 / (365.25 / 7) * 0.6
        assert heater["weeks"][0]["mean"] == pytest.approx(0.54 + base, abs=1e-3)
        assert heater["weeks"][1]["mean"] == pytest.approx(base, abs=1e-3)
        assert (heater["free"], heater["order_now"], heater["parts"]) == (2, 0, ["heater-a", "heater-b"])
        assert (sensor["free"], sensor["needed_p90"], sensor["order_now"]) == (0, 1, 1)

        supply_parts(work_on(connection, NOW))
        found = {(f["outlet_id"], f["role"]): f for f in api.get("/api/v1/stock/forecast").json()}
        assert found["outlet-1", "defrost_heater"]["needed_p90"] == 0, "what is held is not needed once more"
        assert found["outlet-1", "defrost_sensor"]["coming"] == 1
        assert found["outlet-1", "defrost_sensor"]["order_now"] == 0
        (shortage,) = api.get("/api/v1/stock/shortages").json()
        assert (shortage["role"], shortage["order_id"]) == ("defrost_sensor", str(visit.order))


def test_work_that_waits_for_its_proof_is_not_forecast_once_more(
    connection: Connection, database_url: str, mqtt_url: str, visit: Visit
) -> None:
    connection.execute("UPDATE household SET latitude = 50, longitude = 8")
    connection.execute("UPDATE order_task SET outcome = 'confirmed'")
    with client(database_url, mqtt_url) as api:

        def needed() -> float:
            weeks = {f["role"]: f["weeks"] for f in api.get("/api/v1/stock/forecast", params={"weeks": 2}).json()}
            return sum(float(week["mean"]) for week in weeks["defrost_heater"])

        with connection.transaction():
            move(connection, ORDER, visit.order, "completed", actor="t", reason="r", at=NOW, via=frozenset(ORDER.moves))
        assert needed() == pytest.approx(0, abs=0.01), "base rates only"
        api.post(f"/api/v1/orders/{visit.order}/reopen").raise_for_status()
        assert needed() == pytest.approx(0.54, abs=0.01), "it did not help"
