"""The configuration texts of database and broker, and the accounts they run under."""

from pathlib import Path

import pytest

from wellkept.local.account import server_account
from wellkept.local.broker import set_password
from wellkept.local.cluster import ensure_password
from wellkept.local.errors import ELSEWHERE, LocalRuntimeError
from wellkept.local.mosquitto_conf import Listener, is_loopback, render_mosquitto_conf
from wellkept.local.packages import Installed
from wellkept.local.postgres_conf import render_postgres_conf


def postgres_settings(*, fast_unsafe: bool) -> dict[str, str]:
    text = render_postgres_conf(
        port=4711, cluster=Path("/data/it's"), max_connections=50, fast_unsafe=fast_unsafe
    )  # fmt: skip
    pairs = [line.split(" = ", 1) for line in text.splitlines()]
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), "a setting given twice hides one of them"
    return dict(pairs)


def test_postgres_is_durable_local_and_without_compiler_or_telemetry() -> None:
    settings = postgres_settings(fast_unsafe=False)
    assert settings["fsync"] == settings["synchronous_commit"] == settings["full_page_writes"] == "on"
    assert settings["listen_addresses"] == "'127.0.0.1'"
    assert settings["unix_socket_directories"] == "''"
    assert settings["port"] == "4711"
    assert settings["max_connections"] == "50"
    assert settings["jit"] == "off"
    assert settings["timescaledb.telemetry_level"] == "off"
    assert settings["shared_preload_libraries"] == "'timescaledb'"
    assert settings["hba_file"] == "'/data/it''s/pg_hba.conf'"


def test_only_the_fast_unsafe_mode_gives_up_durability() -> None:
    assert postgres_settings(fast_unsafe=True)["fsync"] == "off"


def test_the_broker_is_open_only_on_the_loopback_address() -> None:
    assert "allow_anonymous true\n" in render_mosquitto_conf(Listener(port=1883), Path("/data"))
    guarded = Listener(port=1883, bind="0.0.0.0", password_file=Path("/data/passwords"), acl_file=Path("/data/acl"))
    text = render_mosquitto_conf(guarded, Path("/data"))
    assert "listener 1883 0.0.0.0\n" in text
    assert "allow_anonymous false\n" in text
    assert "password_file /data/passwords\n" in text
    assert "acl_file /data/acl\n" in text
    local_but_guarded = Listener(port=1883, password_file=Path("/data/passwords"))
    assert "allow_anonymous false\n" in render_mosquitto_conf(local_but_guarded, Path("/data"))


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.5", "broker.test"])
def test_an_open_broker_beyond_the_loopback_address_is_refused(bind: str) -> None:
    with pytest.raises(LocalRuntimeError, match="password file"):
        Listener(port=1883, bind=bind)


@pytest.mark.parametrize(
    ("bind", "expected"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_addresses_are_known(bind: str, expected: bool) -> None:
    assert is_loopback(bind) is expected


def test_the_broker_keeps_more_than_its_small_default_queue() -> None:
    lines = render_mosquitto_conf(Listener(port=1883), Path("/data")).splitlines()
    assert "max_queued_messages 0" in lines
    assert "max_packet_size 2097152" in lines
    assert "persistence true" in lines
    assert "persistence_location /data/" in lines


def test_the_database_password_is_private_random_and_kept(tmp_path: Path) -> None:
    first = ensure_password(tmp_path / "password")
    assert len(first) >= 32  # 24 random bytes in base64
    assert ensure_password(tmp_path / "password") == first
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600
    assert ensure_password(tmp_path / "other") != first


@pytest.mark.parametrize(("user", "password"), [("", "x"), ("a:b", "x"), ("a\nb", "x"), ("a", ""), ("a", "x\ny")])
def test_a_user_or_password_that_would_break_the_file_is_refused(user: str, password: str, tmp_path: Path) -> None:
    nothing = Installed(root=tmp_path, versions={})
    with pytest.raises(LocalRuntimeError, match="choose another"):
        set_password(nothing, tmp_path / "passwords", user, password)


def test_an_unknown_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalRuntimeError, match="no program 'mongod'"):
        Installed(root=tmp_path, versions={}).program("mongod")


def test_an_account_without_change_of_owner_makes_private_folders(tmp_path: Path) -> None:
    account = server_account()
    account.prepare(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_error_messages_are_one_line_and_name_the_other_way_only_where_it_helps() -> None:
    assert str(LocalRuntimeError("it\nbroke", "mend  it")) == "it broke: mend it."
    assert str(LocalRuntimeError("no Debian", "use one", or_elsewhere=True)) == f"no Debian: use one. {ELSEWHERE}"
