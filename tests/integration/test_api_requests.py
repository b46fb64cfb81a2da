"""What holds for every request: problems, pages, keys, versions, hosts."""

from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import httpx
import pytest

from api.requests import Answer, Asked, changing
from api.settings import ApiSettings
from domain.faults import Urgency
from domain.signals import Kind
from store.api_pool import closed_pool
from store.database import Connection, connect
from store.ingest import lock_client
from tests.integration.api_homes import NOW, add_appliance, add_finding, add_home, client, proposed_order, serving
from tests.integration.scheduler_homes import until

pytestmark = pytest.mark.integration

HOME = {"id": "home-9", "name": "Nine"}


def test_the_same_key_and_request_get_the_same_answer_without_doing_it_again(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    with client(database_url, mqtt_url) as api:
        key = {"Idempotency-Key": "a1"}
        first = api.post("/api/v1/households", json=HOME, headers=key)
        second = api.post("/api/v1/households", json=HOME, headers=key)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first.headers["ETag"] == second.headers["ETag"]
        assert second.headers["Location"] == "/api/v1/households/home-9"
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        other = api.post("/api/v1/households", json={**HOME, "name": "Ten"}, headers=key)
        assert other.status_code == 422
        assert "take a new one" in other.json()["detail"]
        # An action that would be an illegal move the second time is answered, not repeated.
        for _ in range(2):
            assert api.post(f"/api/v1/orders/{order}/approve", headers={"Idempotency-Key": "a2"}).status_code == 200
        assert api.post(f"/api/v1/orders/{order}/approve").status_code == 409
        for wrong in ("", "x" * 256):
            assert api.post("/api/v1/households", json=HOME, headers={"Idempotency-Key": wrong}).status_code == 400


def test_of_requests_with_one_key_at_the_same_moment_one_does_the_work(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    with client(database_url, mqtt_url) as api, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: api.post("/api/v1/households", json=HOME, headers={"Idempotency-Key": "same"}), range(8))
        )
    assert [a.status_code for a in answers] == [201] * 8
    assert sum("Idempotent-Replayed" in a.headers for a in answers) == 7
    assert len({a.text.replace(" ", "") for a in answers}) <= 2, "only the order of fields may differ"


def test_two_changes_that_wait_for_each_other_are_both_done(connection: Connection, database_url: str) -> None:
    add_home(connection, "home-1")
    add_home(connection, "home-2")
    both, tries = Barrier(2), []

    def rename(homes: tuple[str, str]) -> int:
        def work(own: Connection) -> Answer:
            tries.append(homes)
            for home in homes:
                own.execute("UPDATE household SET name = name || '!' WHERE id = %s", (home,))
                if tries.count(homes) == 1 and home == homes[0]:
                    both.wait(10)
            return Answer(value={})

        return changing(ask, work).status_code

    with closed_pool(database_url, 2, 5.0) as pool:
        pool.open()
        settings = ApiSettings(database_url=database_url, mqtt_url="")
        ask = Asked(pool=pool, settings=settings, actor=None, if_match=None, key=None, fingerprint="")
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(rename, [("home-1", "home-2"), ("home-2", "home-1")])) == [200, 200]
    # Who was undone may take its first row again before the other wakes, and be undone once more.
    assert len(tries) > 2, "the one that the database undid was done again"
    assert connection.execute("SELECT name FROM household ORDER BY name").fetchall() == [("Home-1!!",), ("Home-2!!",)]


def test_a_failed_request_leaves_its_key_free(connection: Connection, database_url: str, mqtt_url: str) -> None:
    body = {"id": "ac-1", "household_id": "home-9", "kind": "air_conditioner"}
    with client(database_url, mqtt_url) as api:
        key = {"Idempotency-Key": "later"}
        assert api.post("/api/v1/appliances", json=body, headers=key).status_code == 422
        api.post("/api/v1/households", json=HOME)
        assert api.post("/api/v1/appliances", json=body, headers=key).status_code == 201


def raised(connection: Connection, key: int, fault: str, at: datetime) -> UUID:
    return add_finding(connection, key, Kind.AIR_CONDITIONER, fault, Urgency.VISIT, raised_at=at)


def test_pages_do_not_repeat_or_lose_anything_while_new_rows_come(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    keys = [add_appliance(connection, f"ac-{i}", Kind.AIR_CONDITIONER) for i in range(12)]
    at_start = {
        str(raised(connection, key, "filter_clog", NOW - timedelta(hours=i // 3))) for i, key in enumerate(keys)
    }
    met: list[str] = []
    with client(database_url, mqtt_url) as api:
        cursor: dict[str, str] = {}
        for number in range(20):
            answer = api.get("/api/v1/findings", params={"limit": "5", **cursor}).json()
            met += [item["id"] for item in answer["items"]]
            key = keys[number % len(keys)]
            raised(connection, key, "refrigerant_leak", NOW + timedelta(hours=1))
            if answer["next"] is None:
                break
            cursor = {"cursor": answer["next"]}
    assert len(met) == len(set(met)), "nothing twice"
    assert set(met) == at_start, "nothing lost, and what came at the front is on a later first page"


def test_a_cursor_is_good_for_its_own_list_and_filters_only(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    for i in range(3):
        add_home(connection, f"home-{i}")
        add_appliance(connection, f"ac-{i}", Kind.AIR_CONDITIONER, f"home-{i}")
    with client(database_url, mqtt_url) as api:
        cursor = api.get("/api/v1/households", params={"limit": 1}).json()["next"]
        rest = api.get("/api/v1/households", params={"cursor": cursor}).json()["items"]
        assert [household["id"] for household in rest] == ["home-1", "home-2"]
        forged = urlsafe_b64encode(b'["x", 1]').decode()
        for path, params in (
            ("/api/v1/appliances", {"cursor": cursor}),
            ("/api/v1/households", {"cursor": cursor[:-2]}),
            ("/api/v1/households", {"cursor": "ü"}),
            ("/api/v1/households", {"cursor": forged}),
            ("/api/v1/appliances", {"cursor": api.get("/api/v1/appliances?limit=1").json()["next"], "kind": "dryer"}),
        ):
            answer = api.get(path, params=params)
            assert answer.status_code == 400, (path, params)
            assert "begin again without one" in answer.json()["detail"]
        for limit in ("0", "501", "-1", "many"):
            assert api.get("/api/v1/households", params={"limit": limit}).status_code == 422


def test_what_people_edit_needs_its_etag(connection: Connection, database_url: str, mqtt_url: str) -> None:
    add_home(connection)
    add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    with client(database_url, mqtt_url) as api:
        for path, change in (
            ("/api/v1/households/home-1", {"name": "New", "timezone": "Europe/Berlin"}),
            ("/api/v1/appliances/ac-1", {"room": "attic", "maker": None, "facts": {"filter": "washable"}}),
        ):
            read = api.get(path)
            assert api.patch(path, json=change).status_code == 428
            assert api.patch(path, json=change, headers={"If-Match": '"99"'}).status_code == 412
            done = api.patch(path, json=change, headers={"If-Match": read.headers["ETag"]})
            assert done.status_code == 200, done.text
            assert done.json() | change == done.json()
            assert done.headers["ETag"] != read.headers["ETag"]
            assert api.patch(path, json=change, headers={"If-Match": read.headers["ETag"]}).status_code == 412
        wrong = api.patch("/api/v1/households/home-1", json={"timezone": "Mars/North"}, headers={"If-Match": "*"})
        assert wrong.status_code == 422
        assert "IANA" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/api/v1/orders/not-a-uuid", None, 404),
        ("PUT", "/api/v1/orders", None, 405),
        ("POST", "/api/v1/households", b"{", 400),
        ("POST", "/api/v1/households", b"[" * 100_000, 400),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "\\ud800"}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "a\\u0000b"}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "x", "latitude": NaN}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "x", "contact": {"a": "\\u0000"}}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "x", "\\ud800": 1}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "x", "latitude": 50}', 422),
        ("POST", "/api/v1/households", b'{"id": "home-1", "name": "x", "latitude": "50", "longitude": 8}', 422),
        ("POST", "/api/v1/visits/plan", b'{"days": true}', 422),
        ("POST", "/api/v1/households", b"x" * 1_000_001, 413),
    ],
)
def test_every_error_is_a_problem_document(
    method: str, path: str, body: bytes | None, status: int, database_url: str, mqtt_url: str
) -> None:
    with client(database_url, mqtt_url) as api:
        answer = api.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["type"].startswith("urn:wellkept:problem:")
    assert document["title"]
    assert document["detail"]
    assert "Traceback" not in answer.text


def test_what_is_missing_or_unknown_says_what_to_do(database_url: str, mqtt_url: str) -> None:
    with client(database_url, mqtt_url) as api:
        for body, said in (
            (None, "body: send a JSON body; /openapi.json says what is in it"),
            ({"id": "home-1"}, "body.name: is missing; say it"),
            ({**HOME, "colour": "red"}, "body.colour: is not known here; leave it out"),
        ):
            answer = api.post("/api/v1/households", json=body)
            assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text


def test_a_body_without_a_length_is_limited_too(database_url: str, mqtt_url: str) -> None:
    with client(database_url, mqtt_url) as api:
        answer = api.post("/api/v1/households", content=(b" " * 100_000 for _ in range(20)))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_database_that_is_away_is_a_503_with_when_to_come_back(mqtt_url: str) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with client(nowhere, mqtt_url, pool_wait_s=0.2) as api:
        answer = api.get("/api/v1/orders")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "127.0.0.1:1" not in answer.text
        assert api.get("/healthz").json() == {"status": "ok"}
        ready = api.get("/readyz")
        assert (ready.status_code, ready.json()["database"]["ok"], ready.json()["broker"]["ok"]) == (503, False, True)
        assert "wellkept_database_up 0.0" in api.get("/metrics").text


def test_readiness_names_the_edition_the_lag_and_that_there_is_no_login(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    add_home(connection)
    key = add_appliance(connection, "ac-1", Kind.AIR_CONDITIONER)
    connection.execute(
        "INSERT INTO latest_values (appliance_key, at, received_at, signals) VALUES (%s, %s, %s, '{}')",
        (key, NOW, NOW - timedelta(seconds=3)),
    )
    with client(database_url, mqtt_url) as api:
        ready = api.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert ready.json()["database"]["edition"] in ("apache", "community")
    assert ready.json()["ingest"]["lag_s"] == 3.0
    assert "127.0.0.1 only" in ready.json()["notice"]
    with client(database_url, "mqtt://127.0.0.1:1") as api:
        assert (api.get("/readyz").status_code, api.get("/readyz").json()["broker"]["ok"]) == (503, False)


def test_pages_of_other_sites_can_neither_read_nor_change_anything(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    with client(database_url, mqtt_url) as api:
        approve = f"/api/v1/orders/{order}/approve"
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert api.post(approve, headers=headers).status_code == 403
        assert api.get("/api/v1/orders", headers={"Host": "evil.example"}).status_code == 421
        own = str(api.base_url).rstrip("/")
        assert api.post(approve, headers={"Origin": own, "Sec-Fetch-Site": "same-origin"}).status_code == 200
        page = api.get("/")
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert "http://" not in page.text.replace("http://www.w3.org", "")
        assert "127.0.0.1" in page.text


def test_metrics_count_requests_by_route_and_tell_what_is_open(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    order = proposed_order(connection)
    with client(database_url, mqtt_url) as api, connect(database_url, application="slow", autocommit=True) as slow:
        api.get(f"/api/v1/orders/{order}")
        text = api.get("/metrics").text
        assert lock_client(slow, "slow")
        with slow.transaction():
            slow.execute("SELECT 1")
            held = api.get("/metrics").text
    assert "wellkept_ingest_batch_open_seconds 0.0" in text
    assert "wellkept_scoring_behind_seconds 0.0" in text
    assert "wellkept_ingest_batch_open_seconds 0.0\n" not in held
    assert 'wellkept_http_requests_total{method="GET",route="/api/v1/orders/{order_id}",status="200"} 1.0' in text
    assert "wellkept_orders_open 1.0" in text
    assert "wellkept_findings_open 1.0" in text


NEEDS_NOTHING = {"/api/v1/visits/plan"}
"""POSTs that are about no entity and have a default for everything that can be said."""


def test_every_address_survives_nonsense(connection: Connection, database_url: str, mqtt_url: str) -> None:
    nonsense = ["x", "%00", "99999999999999999999", "%F0%9F%98%80"]
    bodies: list[bytes] = [b"", b"null", b"[]", b'"x"', b"{}", b'{"reason": 1}', b'{"id": null}', b"\xff"]
    with client(database_url, mqtt_url) as api:
        paths = api.get("/openapi.json").json()["paths"]
        assert len(paths) > 40
        for path, operations in paths.items():
            if path.endswith("/stream"):
                continue
            for word in nonsense:
                start = path.partition("{")[0]
                end = path.partition("}")[2]
                address = f"{start}{word}{end}" if "{" in path else f"{path}?cursor={word}&from={word}&limit={word}"
                for method in operations:
                    body = None if method == "get" else bodies[len(word) % len(bodies)]
                    answer = api.request(method, address, content=body)
                    assert answer.status_code < 500, (method, address, answer.text)
            for body in bodies if "post" in operations else []:
                answer = api.post(path.replace("{", "").replace("}", ""), content=body)
                least = 200 if path in NEEDS_NOTHING and body in (b"", b"null", b"{}") else 400
                assert least <= answer.status_code < 500, (path, body, answer.text)


def test_a_request_waits_for_a_free_connection_and_a_stopped_server_leaves_none(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    proposed_order(connection)
    with serving(database_url, mqtt_url, pool_size=1) as served:
        with httpx.Client(base_url=served.url, timeout=30) as api, ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: api.get("/api/v1/orders").status_code, range(12)))
        assert answers == [200] * 12
        assert served.stop()
    with connect(database_url, application="test-count", autocommit=True) as other:
        count = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
            " application_name LIKE 'wellkept api%'"
        )
        until(lambda: other.execute(count).fetchone() == (0,))  # a backend ends a moment after its client has gone


def test_a_word_of_a_query_that_nobody_understands_is_refused(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    with client(database_url, mqtt_url) as api:
        assert api.get("/api/v1/orders?limit=5").status_code == 200
        answer = api.get("/api/v1/orders?limit=5&staet=open")
        assert answer.status_code == 422
        assert "staet" in answer.json()["detail"]
        assert "state" in answer.json()["detail"], "what it does understand is said"
        assert [wrong["at"] for wrong in answer.json()["errors"]] == ["query.staet"]
        assert "takes no query" in api.get("/api/v1/households/nowhere?x=1").json()["detail"]
