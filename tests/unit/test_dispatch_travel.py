"""Travel times: the speed model by hand, and a road-time service over real HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.road_times import RoadTimes, travel_times
from dispatch.travel import BY_DISTANCE, NO_WAY_S, SpeedModel
from domain.care_orders import Place, great_circle_km
from domain.errors import BadInput, Unavailable

BERLIN, POTSDAM = Place(latitude=52.52, longitude=13.405), Place(latitude=52.3989, longitude=13.0657)


def test_the_speed_model_by_hand() -> None:
    # 26.6 km as the crow flies, 35.9 km on the road: 6 at 25, 24 at 50 and 5.9 at 80 km/h, and five minutes to park.
    km = great_circle_km(BERLIN, POTSDAM) * 1.35
    assert km == pytest.approx(35.9, abs=0.1)
    travel = BY_DISTANCE.between([BERLIN, POTSDAM])
    assert travel.metres[0, 1] == round(km * 1000)
    assert travel.seconds[0, 1] == pytest.approx(6 / 25 * 3600 + 24 / 50 * 3600 + (km - 30) / 80 * 3600 + 300, abs=1)
    assert travel.seconds[0, 0] == travel.metres[1, 1] == 0


spots = st.builds(Place, latitude=st.floats(50, 54), longitude=st.floats(9, 14))


@given(st.lists(spots, min_size=3, max_size=3))
def test_no_detour_is_a_short_cut(three: list[Place]) -> None:
    seconds = SpeedModel().between(three).seconds
    assert (seconds == seconds.T).all()
    assert seconds[0, 2] <= seconds[0, 1] + seconds[1, 2] + 1  # whole seconds


class Service(ThreadingHTTPServer):
    """As OSRM answers: 10 s and 100 m per thousandth of a degree, but no road to 10 degrees east."""

    asked: list[int]
    spoilt: dict[str, Any] | None = None


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        where = [tuple(map(float, pair.split(","))) for pair in address.path.rsplit("/", 1)[1].split(";")]
        query = {name: values[0] for name, values in parse_qs(address.query, separator="&").items()}
        from_, to = ([where[int(n)] for n in query[name].split(";")] for name in ("sources", "destinations"))
        assert query["annotations"] == "duration,distance"
        self.server.asked.append(len(where))
        steps = [[None if b[0] == 10 else abs(a[1] - b[1]) * 1000 for b in to] for a in from_]
        table = {
            "code": "Ok",
            "durations": [[None if s is None else 10 * s for s in row] for row in steps],
            "distances": [[None if s is None else 100 * s for s in row] for row in steps],
        }
        status = 200 if len(where) <= 100 else 400
        body = json.dumps(self.server.spoilt or (table if status == 200 else {"code": "TooBig"})).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def service(spoilt: dict[str, Any] | None = None) -> Iterator[tuple[Service, str]]:
    server = Service(("127.0.0.1", 0), Handler)
    server.asked, server.spoilt = [], spoilt
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_table_is_asked_for_in_blocks_and_put_together_again() -> None:
    places = [Place(latitude=50 + n / 1000, longitude=8) for n in range(120)]
    with service() as (server, url):
        travel = RoadTimes(url=url).between(places)
    steps = np.abs(np.subtract.outer(np.arange(120), np.arange(120)))
    assert np.abs(travel.metres - 100 * steps).max() <= 1
    assert np.abs(travel.seconds - np.where(steps == 0, 0, 10 * steps + 300)).max() <= 1
    assert len(server.asked) == 9
    assert max(server.asked) == 100


def test_a_place_without_a_road_is_out_of_reach() -> None:
    with service() as (_, url):
        travel = RoadTimes(url=url).between([BERLIN, Place(latitude=50, longitude=10)])
    assert travel.seconds[0, 1] == NO_WAY_S
    assert travel.seconds[1, 0] < NO_WAY_S


@pytest.mark.parametrize(
    "spoilt", [{"code": "InvalidQuery"}, {"code": "Ok"}, {"code": "Ok", "durations": [[0]], "distances": [[0]]}]
)
def test_what_is_no_table_is_said(spoilt: dict[str, Any]) -> None:
    with service(spoilt) as (_, url), pytest.raises(Unavailable, match="road-time service"):
        RoadTimes(url=url).between([BERLIN, POTSDAM])


def test_a_service_that_is_away_is_said_and_none_means_by_distance() -> None:
    with service() as (_, url):
        pass
    with pytest.raises(Unavailable, match="does not answer"):
        RoadTimes(url=url, timeout_s=1).between([BERLIN, POTSDAM])
    assert travel_times(None) is BY_DISTANCE
    assert isinstance(travel_times(url), RoadTimes)
    with pytest.raises(BadInput, match="http"):
        travel_times("ftp://somewhere")
