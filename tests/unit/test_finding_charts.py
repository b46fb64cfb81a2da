"""Charts of evidence: what is drawn, that it is sound SVG, and what was ruled out in words."""

from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.charts.evidence import HEIGHT, WIDTH, Told, describe, draw_evidence, draw_values
from api.charts.plane import Plane, day_ticks, ticks
from domain.faults import fault_of
from domain.signals import Kind
from models.healthy.deviations import deviations_of
from models.history import DatedIndex, history_of
from models.judge import judge_appliance
from models.picture import Picture, picture_of
from tests.unit.index_stories import AFTER, fault_story, signature_named
from tests.unit.synthetic_days import FIRST, evening

SVG = "{http://www.w3.org/2000/svg}"
FAULT_DAY = FIRST + timedelta(days=AFTER)


@pytest.fixture(scope="module")
def clogging() -> tuple[Picture, Told, tuple[str, ...]]:
    """A drain filter that clogs from day 20 on, seen a week later."""
    history, references = fault_story(signature_named(Kind.WASHING_MACHINE, "drain_filter_clog"), 0.25, 27)
    found = [v for v in judge_appliance(Kind.WASHING_MACHINE, history, references, evening(27)) if v.present]
    assert [verdict.fault for verdict in found] == ["drain_filter_clog"]
    verdict = found[0]
    signals = {one.signal for one in verdict.evidence}
    picture = picture_of(Kind.WASHING_MACHINE, verdict.fault, signals, history, references)
    assert picture is not None
    assert verdict.fails_p10 is not None
    assert verdict.fails_p50 is not None
    assert verdict.fails_p90 is not None
    fails = (verdict.fails_p10.date(), verdict.fails_p50.date(), verdict.fails_p90.date())
    told = Told(title="Drain <filter>", appliance="a-1", since=verdict.evidence[0].since.date(), fails=fails)
    return picture, told, verdict.ruled_out


def test_the_picture_holds_what_the_finding_says(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    assert picture.name == "Draining time per litre"
    assert picture.learned[-1][0] < picture.days[0] < FAULT_DAY < told.since
    healthy = [number for number, day in enumerate(picture.days) if day < FAULT_DAY]
    assert all(picture.low[number] < picture.observed[number] < picture.high[number] for number in healthy)
    assert picture.expected[-1] < picture.threshold[-1] < picture.observed[-1] < picture.failure[-1]


def test_the_drawing_is_sound_and_tells_itself_to_those_who_cannot_see_it(
    clogging: tuple[Picture, Told, tuple[str, ...]],
) -> None:
    picture, told, _ = clogging
    drawn = ElementTree.fromstring(draw_evidence(picture, told))
    assert drawn.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert drawn.findtext(f"{SVG}title") == "Drain <filter>: a-1"
    assert drawn.findtext(f"{SVG}desc") == describe(picture, told)
    words = [text.text or "" for text in drawn.iter(f"{SVG}text")]
    assert any(text.startswith("since ") for text in words)
    assert any(text.startswith("may fail around ") for text in words)
    dots = [dot for dot in drawn.iter(f"{SVG}circle") if dot.get("fill") != "#fff"]
    assert len(dots) == len(picture.days) + 1  # one stands in the legend
    assert all(0 <= float(dot.get("cx", "-1")) <= WIDTH and 0 <= float(dot.get("cy", "-1")) <= HEIGHT for dot in dots)


def _dryer(duty_after: float) -> Picture:
    """A duct that clogs, and two days after a pause on which the air is back; `heater_duty` tells nothing at 1."""
    signature = signature_named(Kind.DRYER, "vent_clog")
    history, references = fault_story(signature, 0.4, AFTER + 10)
    rows: list[DatedIndex] = []
    for index, series in history.series.items():
        rows += [(day, index, value, 0.0, 10.0) for day, value in zip(series.days, series.values.tolist(), strict=True)]
        healthy = duty_after if index == "heater_duty" else float(series.values[0])
        rows += [(FIRST + timedelta(days=AFTER + number), index, healthy, 0.0, 10.0) for number in (14, 15)]
    later = history_of(rows, evening(AFTER + 16))
    picture = picture_of(Kind.DRYER, "vent_clog", {"heater_w", "exhaust_c"}, later, references, "dryer_vent_clog/2")
    assert picture is not None
    assert picture.days[-1] == max(one.days[-1] for one in deviations_of(Kind.DRYER, later, references).values())
    return picture


def test_a_day_that_contradicts_the_finding_is_drawn() -> None:
    picture = _dryer(1.0)
    assert picture.name != "Share of drying in which the heater is on", "it tells nothing of the last days"
    assert picture.days[-1] == FIRST + timedelta(days=AFTER + 15)
    assert picture.low[-1] < picture.observed[-1] < picture.high[-1]
    assert picture.signs > 1


def test_days_that_were_measured_but_not_compared_are_crosses_and_none_is_taken_for_learned(
    clogging: tuple[Picture, Told, tuple[str, ...]],
) -> None:
    signature = signature_named(Kind.DRYER, "vent_clog")
    history, references = fault_story(signature, 0.4, AFTER + 10)
    picture = picture_of(Kind.DRYER, "vent_clog", {"heater_w"}, history, references)
    assert picture is not None
    last = references["heater_duty"].learned_to
    assert max(day for day, _ in picture.learned) <= last
    days = {*picture.days, *(day for day, _ in (*picture.learned, *picture.uncompared))}
    assert days == set(history.complete("heater_duty").days), "every day that was measured"
    whole, told, _ = clogging
    newest = (whole.days[-1] + timedelta(days=2), whole.expected[-1])
    crossed = replace(whole, uncompared=(newest,))
    assert draw_evidence(crossed, told).count("l7 7m0 -7l-7 7") == 2, "the day, and what it means"
    assert "1 more day was measured but not compared" in describe(crossed, told)
    assert "not compared" not in draw_evidence(whole, told)


def test_since_is_explained_where_evidence_adds_up(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    assert "since: " not in draw_evidence(picture, told), "told in another way"
    drawn = draw_evidence(replace(picture, signs=2, lowest_of=3), told)
    assert "since: when all signs together began to add up" in drawn
    assert "only the least of every 3 days counts" in drawn
    assert "limit for all signs together" in drawn
    assert "since: when it began to add up" in draw_evidence(replace(picture, signs=1), told)


def test_a_share_has_no_unit(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    share = replace(picture, unit="1", observed=(*picture.observed[:-1], 0.828))
    assert "0.828 was observed" in describe(share, told)
    assert "observed 0.8, since" in draw_values(told, "heater_w", "1", 1.0, 0.8)


def test_a_day_without_neighbours_has_its_level_and_band(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    last = {name: (getattr(picture, name)[-1],)
            for name in ("days", "observed", "expected", "low", "high", "threshold", "failure")}  # fmt: skip
    drawn = draw_evidence(replace(picture, **last), told)
    assert drawn.count("m-5 0h10") == 2, "expected and limit"


def test_without_a_trend_nothing_is_said_about_failing(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    plain = Told(title=told.title, appliance=told.appliance, since=told.since)
    assert "may fail" not in draw_evidence(picture, plain)
    assert "no trend" in describe(picture, plain)


def test_what_was_ruled_out_names_the_faults_that_share_an_index(
    clogging: tuple[Picture, Told, tuple[str, ...]],
) -> None:
    _, _, ruled_out = clogging
    assert any("a healthy unit" in one for one in ruled_out)
    assert "Drum bearing" not in " ".join(ruled_out), "a bearing moves nothing that a drain filter does"
    signature = signature_named(Kind.REFRIGERATOR, "door_seal_leak")
    history, references = fault_story(signature, 3 * signature.level, AFTER + 20)
    found = [one for one in judge_appliance(Kind.REFRIGERATOR, history, references, evening(AFTER + 20)) if one.present]
    assert [one.fault for one in found] == ["door_seal_leak"]
    others = [one for one in found[0].ruled_out if one.startswith("Other faults:")]
    assert len(others) == 1
    assert fault_of(Kind.REFRIGERATOR, "condenser_dust").title in others[0]


def test_weather_use_and_sensors_are_ruled_out_where_they_were_compared() -> None:
    history, references = fault_story(signature_named(Kind.AIR_CONDITIONER, "refrigerant_leak"), 0.2, 30)
    found = [v for v in judge_appliance(Kind.AIR_CONDITIONER, history, references, evening(30)) if v.present]
    assert len(found) == 1
    said = " ".join(found[0].ruled_out)
    for word in ("Weather: ", "Use: ", "Sensor: ", fault_of(Kind.AIR_CONDITIONER, "filter_clog").title):
        assert word in said


def test_a_fault_without_daily_values_has_no_picture_but_two_bars() -> None:
    history, references = fault_story(signature_named(Kind.WASHING_MACHINE, "drain_filter_clog"), 0.25, 27)
    assert picture_of(Kind.WASHING_MACHINE, "flood", (), history, references) is None
    told = Told(title="Overload", appliance="c", since=date(2025, 6, 1))
    drawn = ElementTree.fromstring(draw_values(told, "current_a", "A", 16.0, 20.0))
    widths = [float(bar.get("width", "0")) for bar in drawn.iter(f"{SVG}rect")][1:]
    assert widths == pytest.approx([160.0, 200.0])  # 16 / 20 of 200
    share = ElementTree.fromstring(draw_values(told, "bottom_c", "share of rows", 0.0, 0.378))
    words = {one.text: float(one.get("x", "0")) for one in share.iter(f"{SVG}text")}
    assert words["0 share of rows"] == 136.0  # beside its bar
    assert words["0.378 share of rows"] == 124.0  # below its bar, which leaves no room beside it
    assert "Nothing was measured" in draw_values(told, "power_w", "W", None, None)


@pytest.mark.parametrize(
    ("low", "high", "marks"), [(0, 10, [0, 2, 4, 6, 8, 10]), (3.4, 5, [3.5, 4, 4.5, 5]), (-0.3, 0.3, [-0.2, 0, 0.2])]
)
def test_ticks_are_round(low: float, high: float, marks: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(marks)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_ticks_lie_within(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert 1 <= len(found) <= 7
    assert all(low - 1e-6 * span <= mark <= low + 1.000001 * span for mark in found)


def test_a_plane_maps_its_corners_and_keeps_what_is_outside_on_its_edge() -> None:
    first = date(2025, 6, 1)
    plane = Plane(left=10, top=20, width=100, height=50, first=first, last=date(2025, 6, 11), low=0.0, high=5.0)
    assert (plane.x(first), plane.x(date(2025, 6, 6)), plane.x(date(2025, 6, 11))) == (10, 60, 110)
    assert (plane.y(0), plane.y(5), plane.y(99), plane.y(-1)) == (70, 20, 20, 70)
    days = [first, date(2025, 6, 2), date(2025, 6, 11)]
    assert plane.line(days, [0.0, 5.0, 0.0]) == "M10.0 70.0L20.0 20.0M110.0 70.0"  # more than a week is a gap
    assert day_ticks(first, date(2025, 6, 11)) == [first + timedelta(days=2 * number) for number in range(6)]


def test_a_day_of_another_year_says_its_year(clogging: tuple[Picture, Told, tuple[str, ...]]) -> None:
    picture, told, _ = clogging
    assert told.fails is not None
    late = replace(told, fails=(told.fails[0], told.fails[1], date(told.fails[0].year + 2, 1, 30)))
    assert f" to 30 Jan {told.fails[0].year + 2})" in draw_evidence(picture, late)
    assert str(told.fails[0].year) not in describe(picture, told)  # all in one year: it goes without saying
    anode = draw_values(replace(told, since=date(2020, 6, 5)), "anode_age", "years", 4.0, 5.07)
    assert "since 5 Jun 2020" in anode


@pytest.mark.parametrize(("signal", "words"), [
    ("anode_age", "Age of the anode"), ("telemetry", "Time without a word"), ("contact_ohm", "Resistance of the joint"),
    ("current_a", "Current drawn"), ("power_w", "Active power"), ("of_tomorrow", "Of tomorrow"),
])  # fmt: skip
def test_what_is_drawn_as_bars_is_named_in_words(
    clogging: tuple[Picture, Told, tuple[str, ...]], signal: str, words: str
) -> None:
    drawn = draw_values(clogging[1], signal, "", 4.0, 5.0)
    assert f">{words}</text>" in drawn
    assert f">{words}: expected 4" in drawn
    assert signal not in drawn
