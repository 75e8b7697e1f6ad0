"""The files around the code say the same as the code: container, environment, requirements, make targets."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.test import SITE_VARIABLES

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ["requirements/base.txt", "requirements/dev.txt"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))
    return content


def dockerfile() -> list[list[tuple[str, str]]]:
    """The stages of the Dockerfile, each a list of instructions and what follows them."""
    lines = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", text("Dockerfile"))).splitlines()
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, lines):
        instruction, rest = line.split(maxsplit=1)
        if instruction == "FROM":
            stages.append([])
        stages[-1].append((instruction, rest.strip()))
    return stages


def variables_read(name: str) -> set[str]:
    """The environment variables a Python file asks for, by `env.…("X")`, `os.environ…("X")` or `number("X", …)`."""
    found = set()
    for node in ast.walk(ast.parse(text(name))):
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str(value)), *_]) if re.match(
                r"(env\.\w+|os\.environ\.get|os\.getenv|number)$", ast.unparse(function)
            ):
                found.add(value)
            case ast.Subscript(value=of, slice=ast.Constant(value=str(value))) if ast.unparse(of) == "os.environ":
                found.add(value)
            case ast.Compare(left=ast.Constant(value=str(value)), comparators=[of]) if (
                "environ" in ast.unparse(of).lower()
            ):
                found.add(value)
    return found


def variables_of_the_site() -> set[str]:
    files = ("backpain/settings.py", "backpain/serve.py", "backpain/healthcheck.py", "gunicorn.conf.py")
    return set().union(*map(variables_read, files))


# --- The container ----------------------------------------------------------------------------------------------------


def test_the_image_is_built_in_stages_and_carries_only_the_last() -> None:
    build, final = dockerfile()
    assert build[0][1].split()[0] == final[0][1].split()[0]
    assert build[0][1].endswith(" AS build")
    assert not any("pip install" in rest for _instruction, rest in final)


def test_the_image_has_a_python_the_project_supports() -> None:
    assert 'requires-python = ">=3.11"' in text("pyproject.toml")
    assert dockerfile()[-1][0] == ("FROM", "python:3.11-slim-bookworm")


def test_the_image_installs_pinned_packages_and_compresses_the_static_files() -> None:
    run = " ".join(rest for instruction, rest in dockerfile()[0] if instruction == "RUN")
    assert "pip install --require-hashes --requirement /app/requirements/base.txt" in run
    assert "manage.py collectstatic" in run


def test_the_container_runs_as_nobody_in_particular() -> None:
    users = [rest for instruction, rest in dockerfile()[-1] if instruction == "USER"]
    assert len(users) == 1
    assert int(users[0].split(":")[0]) > 0


def test_the_container_starts_without_a_shell_so_that_signals_arrive() -> None:
    final = dict(dockerfile()[-1])
    assert json.loads(final["CMD"]) == ["python", "-m", "backpain.serve"]
    check = final["HEALTHCHECK"].partition(" CMD ")[2]
    assert json.loads(check) == ["python", "-m", "backpain.healthcheck"]


def test_no_secret_and_no_data_gets_into_the_image() -> None:
    assert {".env", ".env.*", "var/", ".git/"} <= set(text(".dockerignore").splitlines())
    settings = [rest for stage in dockerfile() for instruction, rest in stage if instruction in ("ENV", "ARG")]
    assert not any(re.search(r"SECRET|PASSWORD", rest) for rest in settings)


def test_the_web_waits_for_a_healthy_database_and_prepares_it_before_it_serves() -> None:
    web = compose()["services"]["web"]
    assert web["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert web["command"] == json.loads(dict(dockerfile()[-1])["CMD"])


def test_the_database_keeps_its_data_in_a_volume_and_says_when_it_is_ready() -> None:
    database = compose()["services"]["database"]
    assert database["image"] == "postgres:18"
    assert database["volumes"] == ["database:/var/lib/postgresql"]
    assert "database" in compose()["volumes"]
    assert "pg_isready" in database["healthcheck"]["test"]


def test_secrets_come_from_outside_and_are_required() -> None:
    database, web = (compose()["services"][name]["environment"] for name in ("database", "web"))
    for value in (database["POSTGRES_PASSWORD"], web["SECRET_KEY"], web["ALLOWED_HOSTS"]):
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)
    assert ":${POSTGRES_PASSWORD}@" in web["DATABASE_URL"]


def test_only_loopback_can_reach_the_containers() -> None:
    services = compose()["services"]
    assert "ports" not in services["database"]
    assert services["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert services["web"]["environment"]["PORT"] == "8000"


def test_the_web_container_can_change_nothing_and_comes_back_by_itself() -> None:
    web = compose()["services"]["web"]
    assert web["read_only"] is True
    assert web["cap_drop"] == ["ALL"]
    for service in compose()["services"].values():
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"


# --- The environment --------------------------------------------------------------------------------------------------


def test_every_variable_is_explained_and_every_explanation_is_about_one() -> None:
    explained = re.findall(r"(?m)^#?([A-Z_]+)=", text(".env.example"))
    assert sorted(explained) == sorted(variables_of_the_site() | {"POSTGRES_PASSWORD"})
    asked_by_compose = set(re.findall(r"\$\{([A-Z_]+)", text("docker-compose.yml")))
    assert asked_by_compose <= set(explained)


def test_the_example_holds_no_secret_and_sets_nothing_empty_that_has_a_default() -> None:
    values = dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", text(".env.example")))
    assert {name for name, value in values.items() if not value} == {"SECRET_KEY", "POSTGRES_PASSWORD"}


def test_the_deployment_page_lists_every_variable() -> None:
    listed = {
        name
        for row in re.findall(r"(?m)^\| (`[A-Z_]+`.*?) \|", text("docs/deploying.md"))
        for name in re.findall(r"`([A-Z_]+)`", row)
    }
    assert listed == variables_of_the_site() | {"POSTGRES_PASSWORD"}


def test_the_tests_shut_out_every_variable_of_the_site() -> None:
    assert variables_of_the_site() == SITE_VARIABLES


# --- Requirements -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_one_version_with_hashes(name: str) -> None:
    entries = re.sub(r"(?m)^\s*#.*\n", "", text(name)).replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==[^ ;]+( ; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+$", entry), entry


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_name_no_place_to_download_from(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text(name))


def test_development_has_the_versions_the_site_has() -> None:
    base, dev = (set(re.findall(r"(?m)^\S+==\S+", text(name))) for name in REQUIREMENTS)
    assert base < dev


@pytest.mark.parametrize(
    ("folder", "package"), [("lighthouse", "lighthouse"), ("observatory", "@mdn/mdn-http-observatory")]
)
def test_what_npm_installs_is_one_version_with_hashes_and_no_place_to_download_from(folder: str, package: str) -> None:
    entries = json.loads(text(f"tools/{folder}/package-lock.json"))["packages"]
    wanted = entries.pop("")
    assert wanted["dependencies"] == json.loads(text(f"tools/{folder}/package.json"))["dependencies"]
    assert entries[f"node_modules/{package}"]["version"] == wanted["dependencies"][package]
    for name, entry in entries.items():
        assert re.match(r"sha512-", entry["integrity"]), name
        assert "resolved" not in entry, name


# --- The commands -----------------------------------------------------------------------------------------------------


def test_every_make_target_has_a_line_of_help() -> None:
    phony = re.findall(r"(?m)^\.PHONY: (.*)$", text("Makefile"))[0].split()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    output = subprocess.run(
        ["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=30
    ).stdout
    shown = re.findall(r"(?m)^make (\S+) +\S.*$", output)
    assert sorted(shown) == sorted(phony)
    rules = re.findall(r"(?m)^([a-z][a-z-]*):", text("Makefile"))
    assert sorted(rules) == sorted(phony)


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert command in text("README.md")


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"
