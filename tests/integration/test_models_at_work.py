"""Registered models against the real database: one speaks, challengers are heard apart, drift falls back."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from domain.errors import IllegalMove, NotFound
from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.trained.file import as_text, read_model, shipped
from models.trained.model import Platt, TrainedModel
from models.trained.registered import promote as promote_with_care
from models.trained.registered import speakers_at_work
from models.trained.speakers import UNKNOWN
from models.training.outcomes import examples_of
from scheduler.drift import watch_drift
from scheduler.score import score
from store.database import Connection
from store.model_registry import (
    Registering,
    find_model,
    list_models,
    model_content,
    promote,
    read_drift,
    register,
    retire,
)
from store.outcomes import said_since
from store.quiet_findings import record_quietly, said_quietly
from tests.integration.api_homes import client
from tests.integration.scheduler_homes import NOW, work_on
from tests.integration.test_scoring_incremental import register as add_appliance
from tests.integration.test_scoring_incremental import store_cycles
from tests.unit.synthetic_days import washing_day
from wellkept.command_line import main

pytestmark = pytest.mark.integration
GROUP = (Kind.WASHING_MACHINE, "washing_machine_drain_filter_clog")
SILENT, LOUD = {GROUP: 0.99}, {GROUP: 0.0}
ARRIVED = NOW - timedelta(days=1)


def model(name: str, **parts: Any) -> TrainedModel:
    plain = shipped().model
    return replace(plain, provenance=replace(plain.provenance, name=name), watch={}, **parts)


def enter(connection: Connection, made: TrainedModel, steps: int) -> str:
    """Register and promote by so many steps; the hash."""
    from models.trained.file import parse_model

    content = as_text(made).encode()
    sha256 = parse_model(content, "m").sha256
    assert register(connection, sha256=sha256, content=content, name=made.provenance.name, simulated=True,
                    provenance={"appliance_months": 1.0, "data_from": "", "data_to": ""}, code_version="0",
                    actor="test") is Registering.NEW  # fmt: skip
    for _ in range(steps):
        with connection.transaction():
            promote(connection, find_model(connection, sha256), actor="test", reason="because", at=NOW)
    return sha256


def clogged_washer(connection: Connection) -> int:
    key = add_appliance(connection, "washer-1", Kind.WASHING_MACHINE)
    days = [washing_day(number, 2.0 if number < 15 else 5.0) for number in range(32)]
    store_cycles(connection, key, days, ARRIVED)
    return key


def faults(connection: Connection) -> list[tuple[str, str | None]]:
    return connection.execute("SELECT fault, model_sha256 FROM finding ORDER BY fault").fetchall()


def test_a_model_speaks_only_after_it_was_in_the_shadow(connection: Connection) -> None:
    first, second = enter(connection, model("first"), 2), enter(connection, model("second", limits=SILENT), 1)
    assert {one.name: one.state for one in list_models(connection)} == {"first": "champion", "second": "shadow"}
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot become"):
        connection.execute("UPDATE model SET state = 'candidate' WHERE sha256 = %s", (first,))
    with connection.transaction():
        promote(connection, find_model(connection, second[:8]), actor="test", reason="better", at=NOW)
    found = {one.name: (one.state, one.replaces) for one in list_models(connection)}
    assert found == {"first": ("retired", None), "second": ("champion", first)}
    with pytest.raises(IllegalMove, match="cannot become champion"):
        promote(connection, find_model(connection, second), actor="test", reason="again", at=NOW)
    with pytest.raises(NotFound):
        find_model(connection, "ffffffff")
    retire(connection, find_model(connection, second), actor="test", reason="worse", at=NOW)
    champion = speakers_at_work(connection).champion
    assert champion is not None
    assert champion.sha256 == shipped().sha256


def test_the_model_that_speaks_is_not_tried_against_itself(connection: Connection) -> None:
    own = find_model(connection, enter(connection, shipped().model, 0))
    with pytest.raises(IllegalMove, match="speaks already: it cannot be tried against itself"):
        promote_with_care(connection, own, actor="test", reason="why not", at=NOW)
    enter(connection, model("first"), 2)
    assert promote_with_care(connection, own, actor="test", reason="the one before", at=NOW) == "shadow"


def test_a_name_is_one_line_of_some_length(connection: Connection, database_url: str, tmp_path: Path) -> None:
    runner = CliRunner(env={"WELLKEPT_DATABASE_URL": database_url})
    for name, words in (("a\nb\x1b[31mred", r"the model's name a\nb\x1b[31mred holds"), (100_000 * "x", "at most 200")):
        (tmp_path / "m.json").write_text(as_text(model(name)), encoding="utf-8")
        refused = runner.invoke(main, ["admin", "models", "register", str(tmp_path / "m.json")])
        assert (refused.exit_code, words in refused.output, "check" in refused.output) == (2, True, False)
    enter(connection, model("a\nb\x1b[31mred"), 1)  # as older versions took it
    listed = runner.invoke(main, ["admin", "models", "list"]).output
    assert r"a\nb\x1b[31mred" in listed
    assert "\x1b" not in listed


def test_a_registered_model_that_was_changed_is_not_used(connection: Connection) -> None:
    enter(connection, model("first"), 2)
    connection.execute(
        "UPDATE model SET content = convert_to(replace(convert_from(content, 'UTF8'), 'first', 'other'), 'UTF8')"
    )
    assert speakers_at_work(connection).champion == shipped()


def test_challengers_are_recorded_where_nothing_acts(connection: Connection) -> None:
    champion = enter(connection, model("silent", limits=SILENT), 2)
    challenger = enter(connection, model("loud", limits=LOUD, calibration={GROUP: Platt(intercept=0, slope=0)}), 1)
    key = clogged_washer(connection)
    score(work_on(connection))
    assert faults(connection) == []
    (said,) = said_quietly(connection, challenger, datetime.fromisoformat("2020-01-01T00:00:00Z"))
    assert (said.appliance_key, said.fault, said.probability) == (key, "drain_filter_clog", 0.5)
    assert said_quietly(connection, champion, datetime.fromisoformat("2020-01-01T00:00:00Z")) == []
    assert connection.execute("SELECT count(*) FROM reminder").fetchone() == (0,)


def test_outcomes_of_a_speaking_model_can_be_learned_from(
    connection: Connection, database_url: str, tmp_path: Path
) -> None:
    sha256 = enter(connection, model("loud", limits=LOUD, calibration={GROUP: Platt(intercept=0, slope=0)}), 2)
    clogged_washer(connection)
    score(work_on(connection))
    assert faults(connection) == [("drain_filter_clog", sha256)]
    assert examples_of(said_since(connection, NOW - timedelta(days=999))) == []  # nothing became of it yet
    connection.execute("INSERT INTO service_order (household_id, urgency) VALUES ('home-1', 'visit')")
    connection.execute(
        "INSERT INTO order_task (order_id, finding_id, action, minutes, outcome)"
        " SELECT o.id, f.id, 'clean', 30, 'no_fault_found' FROM service_order o, finding f"
    )
    (example,) = examples_of(said_since(connection, NOW - timedelta(days=999)))
    assert (example.kind, example.group, example.there) == (*GROUP, False)
    assert example.score > 0.6  # what the detector said, not the 0.5 that the model made of it
    file, base = tmp_path / "m.json", shipped().model
    runner = CliRunner(env={"WELLKEPT_DATABASE_URL": database_url})
    result = runner.invoke(main, ["train", "--out", str(file), "--from-database", database_url])
    assert result.exit_code == 0, result.output
    assert "with a telling outcome: 1" in result.output
    assert "registered as a candidate" in result.output
    learned = read_model(file).model
    assert "outcomes" in learned.provenance.labels
    assert learned.examples == (*base.examples, example)
    before = base.calibration.get(GROUP)
    after = learned.calibration[GROUP].probability(0.8)
    assert before is None or after < before.probability(0.8)  # it was told of a fault that was not there


def test_drift_lets_the_model_before_speak_and_says_so(connection: Connection) -> None:
    enter(connection, model("before", limits=LOUD), 2)
    never = {Kind.WASHING_MACHINE: {"drain_s_per_l": (100.0, 200.0)}}
    champion = enter(connection, model("narrow", limits=SILENT, ranges=never), 2)
    clogged_washer(connection)
    work = work_on(connection)
    score(work)
    assert faults(connection) == []
    assert watch_drift(work) == {"fallen_back": 0}  # one washer is an unusual home
    connection.execute("INSERT INTO appliance (id, kind, household_id) SELECT 'more-' || n, 'washing_machine', 'home-1'"
                       " FROM generate_series(1, 9) n")  # fmt: skip
    connection.execute("INSERT INTO judged SELECT a.key, j.received_to, j.data_to FROM appliance a, judged j"
                       " WHERE a.id LIKE 'more-%'")  # fmt: skip
    connection.execute("INSERT INTO feature_day SELECT a.key, f.day, f.index, f.value, f.spread, f.weight"
                       " FROM appliance a, feature_day f WHERE a.id LIKE 'more-%'")  # fmt: skip
    assert watch_drift(work) == {"fallen_back": 1}
    (drift,) = read_drift(connection)
    assert (drift.kind, drift.outside, drift.appliances, drift.fallen_back) == ("washing_machine", 1.0, 10, True)
    speakers = speakers_at_work(connection)
    spoken = speakers.speaker(Kind.WASHING_MACHINE)
    other = speakers.speaker(Kind.DRYER)
    assert spoken is not None
    assert other is not None
    assert (spoken.model.provenance.name, other.sha256) == ("before", champion)


def test_the_api_shows_models_and_their_comparison(connection: Connection, database_url: str, mqtt_url: str) -> None:
    sha256 = enter(connection, model("loud", limits=LOUD), 1)
    with client(database_url, mqtt_url) as http:
        (one,) = http.get("/api/v1/models").json()["items"]
        assert (one["sha256"], one["state"]) == (sha256, "shadow")
        assert http.get(f"/api/v1/models/{sha256[:10]}").json()["id"] == one["id"]
        compared = http.get(f"/api/v1/models/{sha256[:10]}/comparison").json()
        assert (compared["name"], compared["challenger"]["findings"], compared["hardly_tried"]) == ("loud", 0, True)
        own = f"/api/v1/models/{enter(connection, shipped().model, 0)}"
        asked = {"json": {"reason": "why not"}, "headers": {"If-Match": http.get(own).headers["ETag"]}}
        refused = http.post(f"{own}/promote", **asked)
        assert (refused.status_code, "cannot be tried against itself" in refused.json()["detail"]) == (409, True)
        assert http.get("/api/v1/models?state=champion").json()["items"] == []
        assert http.get("/api/v1/models/drift").json()["items"] == []
        assert http.get("/api/v1/models/reviews").json()["items"] == []
        assert http.get("/api/v1/models/ffffffff").status_code == 404
        assert "wellkept_kinds_fallen_back 0.0" in http.get("/metrics").text


def test_what_is_unlike_anything_healthy_is_listed_until_somebody_has_looked(
    connection: Connection, database_url: str, mqtt_url: str
) -> None:
    runner = CliRunner(env={"WELLKEPT_DATABASE_URL": database_url})
    assert "nothing waits" in runner.invoke(main, ["admin", "models", "reviews"]).output
    key = clogged_washer(connection)
    odd = Evidence(signal="wash_power_w", expected=127.0, observed=142.0, unit="W", since=NOW - timedelta(days=5))
    strange = Verdict(fault=UNKNOWN, present=True, at=NOW, probability=0.67, urgency=Urgency.SELF, evidence=(odd,),
                      detector="watch/1", score=0.67)  # fmt: skip
    record_quietly(connection, key, strange, "f" * 64, raised_at=NOW)
    assert "wash_power_w 142 instead of 127" in runner.invoke(main, ["admin", "models", "reviews"]).output
    with client(database_url, mqtt_url) as http:
        (one,) = http.get("/api/v1/models/reviews?reviewed=false").json()["items"]
        done = http.post(f"/api/v1/models/reviews/{one['id']}/settle", json={"reason": "a rug was washed"})
        assert done.status_code == 200, done.text
        again = http.post(f"/api/v1/models/reviews/{one['id']}/settle", json={"reason": "no rug"})
        assert again.status_code == 409
    assert "nothing waits" in runner.invoke(main, ["admin", "models", "reviews"]).output
    assert "a rug was washed" in runner.invoke(main, ["admin", "models", "reviews", "--all"]).output


def test_models_are_looked_after_from_the_command_line(
    connection: Connection, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "m.json"
    mine = model("mine")
    other_code = replace(mine, provenance=replace(mine.provenance, code_version="0"))
    file.write_text(as_text(other_code), encoding="utf-8")
    runner = CliRunner(env={"WELLKEPT_DATABASE_URL": database_url})

    def admin(*words: str) -> tuple[int, str]:
        found = runner.invoke(main, ["admin", "models", *words])
        return found.exit_code, found.output

    first = admin("register", str(file))[1]
    assert "registered as a candidate" in first
    assert "other detectors were at work" in first
    assert "registered already and its stored file is whole" in admin("register", str(file))[1]
    short = list_models(connection)[0].sha256[:8]
    assert "never judged in the shadow" in admin("compare", short)[1]
    lifted = admin("promote", short)[1]
    assert "judges beside the champion" in lifted
    assert "other detectors were at work" in lifted
    assert "would have missed 0" in admin("compare", short)[1]
    connection.execute("UPDATE model SET content = 'damaged'")
    assert "its stored file is damaged: it judges nothing beside the champion" in admin("list")[1]
    code, refused = admin("promote", short)
    assert (code, "of what it said in the shadow 0 came to an outcome" in refused) == (2, True)
    assert list_models(connection)[0].state == "shadow"
    spoken = admin("promote", short, "--untried", "--reason", "good")[1]
    assert "speaks now, after 0.0 appliance-months in the shadow" in spoken
    assert "the shipped model speaks instead" in spoken
    admin("register", str(file))
    code, listed = admin("list")
    assert code == 0
    assert "champion" in listed
    assert "mine" in listed
    connection.execute("UPDATE model SET content = 'damaged'")
    assert "its stored file is damaged" in admin("list")[1]
    assert "its stored file was damaged: mended with this one" in admin("register", str(file))[1]
    assert "damaged" not in admin("list")[1]
    assert "registered as a candidate" in admin("hold", GROUP[1], "--out", str(tmp_path / "quiet.json"))[1]
    assert {one.name: one.state for one in list_models(connection)} == {
        "mine": "champion",
        f"mine, {GROUP[1]} on trial": "candidate",
    }
    assert "no detector is called" in admin("hold", "nonsense", "--out", str(tmp_path / "none.json"))[1]
    assert admin("retire", short) == (0, "mine is retired\n")
    connection.execute("UPDATE model SET content = 'damaged'")
    assert "its stored file was damaged: mended with this one" in admin("register", str(file))[1]
    assert model_content(connection, list_models(connection, states=["retired"])[0].sha256) == file.read_bytes()
    assert admin("promote", "zz")[0] == 2
    file.write_text("{}", encoding="utf-8")
    assert "no Wellkept model" in admin("register", str(file))[1]
