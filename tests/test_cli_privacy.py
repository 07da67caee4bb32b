"""What is stored of a learner, at the command line."""

import json
from functools import partial
from pathlib import Path

from models import Database
from tests.factories import Bank
from tests.processes import questions


def test_a_learner_is_given_out_and_forgotten(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    bank = Bank(own_database)
    bank.publish()
    bank.submit(learner="s-4711")
    run = partial(questions, "learner", cwd=tmp_path, DATABASE_URL=own_url)
    given = json.loads(run("export", "s-4711").stdout)
    assert [each["slug"] for each in given["submissions"]] == ["rivers"]
    assert "1 submissions" in run("export", "s-4711", "-o", "it.json").stdout
    assert json.loads((tmp_path / "it.json").read_text())["learner"] == "s-4711"
    again = run("export", "s-4711", "-o", "it.json")
    assert again.exit_code == 1
    assert "there already" in again.output

    assert run("erase", "s-4711", typed="n\n").exit_code == 1
    assert json.loads(run("export", "s-4711").stdout)["submissions"] == given["submissions"]
    assert "1 submissions are of erased-" in run("erase", "s-4711", "--yes").stdout
    assert json.loads(run("export", "s-4711").stdout)["submissions"] == []
    assert "Nothing is stored" in run("erase", "s-4711", "--yes").stdout
