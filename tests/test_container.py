"""The container recipe: linted, and its steps carried out in empty folders instead of an image."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from settings import Settings
from tests.processes import free_port

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
KEPT_OUT = {".git", ".venv", ".tools", ".env", "data", "tests", "docs", "bench", "README.md"}
COMPOSED = ("compose.yaml", "deploy/compose.yaml")
OF_THE_IMAGE = re.compile(r"(?<!\.)/(app|data|requirements|venv)\b")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as pairs of a keyword and what follows, long lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    pairs = (line.partition(" ") for line in text.splitlines() if line.strip())
    return [(keyword, rest.strip()) for keyword, _, rest in pairs]


def context() -> list[str]:
    """The paths that .dockerignore lets through: it shuts out everything and names exceptions."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def compose(name: str = "compose.yaml") -> Any:
    return yaml.safe_load((ROOT / name).read_text())


@dataclass
class Stage:
    """One build stage, with a folder as its root file system."""

    root: Path
    workdir: Path
    env: dict[str, str] = field(
        default_factory=lambda: {"PATH": f"{TOOLS}{os.pathsep}{os.defpath}"}
    )
    commands: dict[str, list[str]] = field(default_factory=dict)

    def inside(self, text: str) -> str:
        """``text`` with the absolute paths of the image in this stage's folder."""
        return OF_THE_IMAGE.sub(lambda found: f"{self.root}{found[0]}", text)

    def enter(self, text: str) -> None:
        self.workdir = Path(self.inside(text))
        self.workdir.mkdir(exist_ok=True)

    def add_env(self, text: str) -> None:
        for pair in shlex.split(self.inside(text)):
            name, _, value = pair.partition("=")
            self.env[name] = value.replace("$PATH", self.env["PATH"])

    def run(self, text: str) -> None:
        """Run a build command; it may ask this machine how to reach the package index."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | self.env
        command = ["/bin/sh", "-c", self.inside(text)]
        subprocess.run(command, cwd=self.workdir, env=env, check=True, timeout=240)

    def copy(self, text: str, elsewhere: Path) -> None:
        """Copy from the build context, or from the stage that lies ``elsewhere``."""
        *options, source, target = shlex.split(text)
        place = self.workdir / self.inside(target)
        if any(option.startswith("--from=") for option in options):
            shutil.copytree(f"{elsewhere}{source}", place, symlinks=True)
            return
        for name in context() if source == "." else [source]:
            assert name in context()
            copy_source(ROOT / name, place / name if source == "." else place)

    def files(self) -> dict[str, int]:
        """Everything outside the volume, with the time of its last change."""
        paths = (path for top in ("app", "venv") for path in (self.root / top).rglob("*"))
        return {str(path): path.lstat().st_mtime_ns for path in paths}


def copy_source(origin: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(origin, target)


def carry_out(folder: Path) -> Stage:
    """Do what the Dockerfile says; the last stage. An unknown instruction is an error.

    Every stage has the same folder as its root, as every stage of an image has "/": programs
    keep absolute paths. The stage before is moved aside.
    """
    root, aside = folder / "root", folder / "build"
    for keyword, text in instructions():
        match keyword:
            case "FROM":
                if root.exists():
                    root.rename(aside)
                root.mkdir()
                stage = Stage(root, root)
            case "ENV" | "ARG":  # the latter is left behind with its stage
                stage.add_env(text)
            case "WORKDIR":
                stage.enter(text)
            case "COPY":
                stage.copy(text, aside)
            case "RUN":
                stage.run(text)
            case "ENTRYPOINT" | "CMD":
                stage.commands[keyword] = json.loads(text)
            case "HEALTHCHECK":
                stage.commands[keyword] = json.loads(text.partition(" CMD ")[2])
            case _:
                assert keyword in {"EXPOSE", "USER", "VOLUME"}
    return stage


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return carry_out(tmp_path_factory.mktemp("image"))


@contextmanager
def container(image: Stage, *command: str, **env: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Start a container's process; its address and environment once it is ready."""
    env = image.env | {"QUESTIONS_HOST": "127.0.0.1", "QUESTIONS_PORT": str(free_port())} | env
    url = f"http://127.0.0.1:{env['QUESTIONS_PORT']}"
    arguments = [*image.commands["ENTRYPOINT"], *(command or image.commands["CMD"])]
    process = subprocess.Popen(arguments, cwd=image.workdir, env=env)
    try:
        wait_until_ready(url, process)
        yield url, env
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"ended with {process.returncode}"
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("not ready in 30 seconds")


def run_once(image: Stage, *command: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*image.commands["ENTRYPOINT"], *command],
        cwd=image.workdir,
        env=image.env | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_one_container_alone_sets_itself_up_and_serves(image: Stage) -> None:
    before = image.files()
    with container(image) as (url, env):
        question = httpx.get(f"{url}/v1/questions/vanishing-gradients", trust_env=False)
        assert question.status_code == 200
        assert len(question.json()["options"]) == 4
        subprocess.run(image.commands["HEALTHCHECK"], env=env, check=True, timeout=10)
    assert (image.root / "data" / "questions.db").is_file()
    assert image.files() == before, "the root file system can be read-only"


def test_a_proxy_does_not_come_between_the_health_check_and_the_service(image: Stage) -> None:
    with container(image) as (_, env):
        proxied = env | {"http_proxy": f"http://127.0.0.1:{free_port()}"}
        subprocess.run(image.commands["HEALTHCHECK"], env=proxied, check=True, timeout=10)


def test_the_health_check_fails_where_nothing_answers(image: Stage) -> None:
    env = image.env | {"QUESTIONS_PORT": str(free_port())}
    command = image.commands["HEALTHCHECK"]
    assert subprocess.run(command, env=env, capture_output=True, check=False).returncode == 1


def test_the_steps_of_compose_work_one_after_the_other(image: Stage, tmp_path: Path) -> None:
    services = compose()["services"]
    database = f"sqlite:///{tmp_path / 'bank.db'}"
    port = str(free_port())
    early = run_once(
        image, *services["service"]["command"], DATABASE_URL=database, QUESTIONS_PORT=port
    )
    assert early.returncode == 1
    assert "migrat" in early.stderr
    assert run_once(image, *services["migrate"]["command"], DATABASE_URL=database).returncode == 0
    with container(image, *services["service"]["command"], DATABASE_URL=database) as (url, _):
        assert httpx.get(f"{url}/v1/questions", trust_env=False).status_code == 200


def test_the_dockerfile_is_clean() -> None:
    subprocess.run([TOOLS / "hadolint", ROOT / "Dockerfile"], check=True)


@pytest.mark.parametrize("name", COMPOSED)
def test_compose_follows_its_schema(name: str) -> None:
    command = [str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, str(ROOT / name)], check=True, capture_output=True)


def test_the_image_runs_with_little_power() -> None:
    said = instructions()
    assert [keyword for keyword, _ in said].count("FROM") == 2
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", dict(said)["USER"])
    last = said[max(at for at, (keyword, _) in enumerate(said) if keyword == "FROM") :]
    assert "RUN" not in dict(last), "the last stage only receives what the first has built"
    for keyword in ("ENTRYPOINT", "CMD"):
        assert json.loads(dict(last)[keyword])
    assert "curl" not in dict(last)["HEALTHCHECK"]


def test_dependencies_are_locked_by_hash() -> None:
    text = "&&".join(f" {text}" for keyword, text in instructions() if keyword == "RUN")
    installs = [words.split() for words in text.split("&&") if " pip install " in words]
    assert len(installs) == 2
    for words in installs:
        assert {"--no-deps", "--no-cache-dir"} <= set(words)
        assert {"--require-hashes", "--no-build-isolation"} & set(words)


@pytest.mark.parametrize("name", ["build.txt", "otel.txt", "runtime.txt"])
def test_no_lock_file_names_a_package_index(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / name).read_text()


def test_nothing_else_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert patterns[-1] == "**/__pycache__"
    assert patterns[1:-1] == [f"!{name}" for name in context()]
    assert KEPT_OUT.isdisjoint(context())
    assert all((ROOT / name).exists() for name in context())


def test_compose_runs_one_step_after_the_other() -> None:
    services = compose()["services"]
    assert set(services) == {"db", "migrate", "service"}
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    done = {"condition": "service_completed_successfully"}
    assert services["service"]["depends_on"] == {"migrate": done}
    assert services["service"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["db"]


def test_only_the_proxy_is_reached_from_outside_where_there_are_several_containers() -> None:
    one, several = compose()["services"], compose("deploy/compose.yaml")["services"]
    proxy = several.pop("proxy")
    assert set(several) == set(one)
    assert several["db"] == one["db"]
    assert several["service"]["deploy"]["replicas"] == 2
    assert [name for name, service in several.items() if "ports" in service] == []
    assert proxy["ports"] == ["127.0.0.1:8000:8080"]
    assert (proxy["read_only"], proxy["cap_drop"]) == (True, ["ALL"])


def test_the_proxy_leads_to_the_service_and_says_who_asks() -> None:
    ((source, target, _),) = (
        volume.split(":")
        for volume in compose("deploy/compose.yaml")["services"]["proxy"]["volumes"]
    )
    assert target == "/etc/nginx/nginx.conf"
    text = (ROOT / "deploy" / source).read_text()
    said = {line.strip().rstrip(";") for line in text.splitlines()}
    port = dict(pair.split("=") for pair in dict(instructions())["ENV"].split())["PORT"]
    assert {f"server service:{port} resolve", "listen 8080"} <= said
    assert "proxy_set_header X-Forwarded-For $remote_addr" in said
    assert text.count("{") == text.count("}")
    allowed = re.search(r"client_max_body_size (\d+)m;", text)
    assert allowed
    assert int(allowed[1]) * 1024 * 1024 > Settings.model_fields["max_import_bytes"].default


@pytest.mark.parametrize("file", COMPOSED)
@pytest.mark.parametrize("name", ["migrate", "service"])
def test_compose_gives_the_application_little_power(file: str, name: str) -> None:
    service = compose(file)["services"][name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - a mount inside the container
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("file", COMPOSED)
def test_no_password_is_written_down(file: str) -> None:
    services = compose(file)["services"]
    assert services["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert services["service"]["environment"]["PGPASSWORD"].startswith("${POSTGRES_PASSWORD:?")
