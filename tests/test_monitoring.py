"""What the documentation, the dashboard and the alerts name is what a service tells."""

import json
import re
from typing import Any

import pytest
import yaml

from api.app import create_app
from settings import Settings
from tests.measured import Measured
from tests.processes import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "monitoring.md").read_text()
ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| (.+) \|$", re.M)
NAME = re.compile(r"\b(?:questions|process)_[a-z_]+\b")
OF_HISTOGRAMS = ("_bucket", "_count", "_sum")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def told() -> Measured:
    """What a service tells that has just begun."""
    app = create_app(Settings.load(database_url="sqlite:///unused.db"))
    app.state.gauges.look()
    return Measured.of(app.state.observer.measurements.page("")[0].decode())


@pytest.fixture(scope="module")
def dashboard() -> Json:
    content: Json = json.loads((DEPLOY / "grafana" / "questions.json").read_text())
    return content


@pytest.fixture(scope="module")
def alerts() -> list[Json]:
    content = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    (group,) = content["groups"]
    rules: list[Json] = group["rules"]
    return rules


def unknown_in(expression: str, told: Measured) -> set[str]:
    """The metrics that an expression names and no service tells."""
    return {name for name in NAME.findall(expression) if not _is_told(name, told)}


def _is_told(name: str, told: Measured) -> bool:
    of = next((name.removesuffix(end) for end in OF_HISTOGRAMS if name.endswith(end)), name)
    return name in told.families or told.families.get(of) == "histogram"


def expressions_in(dashboard: Json) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_every_metric_is_explained(told: Measured) -> None:
    rows = {name: kind for name, kind, _ in ROW.findall(PAGE)}
    assert rows == told.families


def test_the_dashboard_shows_what_there_is(told: Measured, dashboard: Json) -> None:
    expressions = expressions_in(dashboard)
    assert {name for each in expressions for name in unknown_in(each, told)} == set()
    assert all(NAME.search(each) and _is_balanced(each) for each in expressions)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    shown = " ".join(expressions)
    of_processes = {"process_max_fds", "process_start_time_seconds"}
    assert {name for name in told.families if name not in shown} == of_processes


def test_the_alerts_watch_what_there_is(told: Measured, alerts: list[Json]) -> None:
    for rule in alerts:
        assert unknown_in(rule["expr"], told) == set(), rule["alert"]
        assert NAME.search(rule["expr"]) or rule["expr"].startswith("up{")
        assert _is_balanced(rule["expr"])
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_is_explained(alerts: list[Json]) -> None:
    rows = re.findall(r"^\| `(Questions[A-Za-z]+)` \| (.+) \| (.+) \|$", PAGE, re.M)
    assert [name for name, *_ in rows] == [rule["alert"] for rule in alerts]


def test_labels_in_expressions_are_those_of_the_metrics(
    dashboard: Json, alerts: list[Json]
) -> None:
    known = {"instance", "job", "le", "method", "route", "status", "outcome", "database"}
    known |= {"kind", "state", "version", "engine"}
    for each in [*expressions_in(dashboard), *(rule["expr"] for rule in alerts)]:
        named = re.findall(r"(\w+)(?:=~|=)\"", each)
        named += [word for by in re.findall(r"by \(([^)]*)\)", each) for word in by.split(", ")]
        assert set(named) <= known, each


def test_a_name_that_nobody_tells_would_be_noticed(told: Measured) -> None:
    assert unknown_in("rate(questions_submissions[5m])", told) == {"questions_submissions"}
    assert unknown_in("questions_jobs_bucket", told) == {"questions_jobs_bucket"}
    assert not _is_balanced("sum(rate(x[5m])")


def test_the_scrape_configuration_reads_the_page() -> None:
    file = DEPLOY / "prometheus" / "prometheus.yaml"
    configuration = yaml.safe_load(file.read_text())
    (job,) = configuration["scrape_configs"]
    assert job["authorization"]["type"] == "Bearer"
    (alerts,) = configuration["rule_files"]
    assert (file.parent / alerts).is_file()
    (documented,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    assert yaml.safe_load(documented) == {"scrape_configs": [job]}


def _is_balanced(expression: str) -> bool:
    return all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}"))
