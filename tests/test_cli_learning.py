"""Questions in the terminal: shown, answered at the keyboard and by scripts, on both engines."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import Result

from domain.questions import KINDS, Explanation
from models import Database, Submission, open_engine
from operations.import_sources import Terms
from seed.report import load_and_report
from terminal.answers import TYPED
from tests.conftest import ENGINES, url_of_a_new_bank
from tests.factories import Bank
from tests.processes import questions

KIND_FILE = Path(__file__).parent / "browser" / "kinds.jsonl"
SLUGS = {one["slug"]: one for one in map(json.loads, KIND_FILE.read_text().splitlines())}
Run = Callable[..., Result]


@pytest.fixture
def run(own_url: str, tmp_path: Path) -> Run:
    """Runs a command on a bank of this test's own."""
    return partial(questions, cwd=tmp_path, DATABASE_URL=own_url)


@pytest.fixture(scope="module", params=ENGINES)
def kinds_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a bank with a question of each kind."""
    path = tmp_path_factory.mktemp("kinds") / "kinds.db"
    url = url_of_a_new_bank(request, request.param, path)
    with closing(Database(open_engine(url))) as database:
        assert not load_and_report(database, [KIND_FILE], terms=Terms(), brief=True).failed
    return url


@pytest.fixture
def kinds(kinds_url: str, tmp_path: Path) -> Run:
    """Runs a command on that bank."""
    return partial(questions, cwd=tmp_path, DATABASE_URL=kinds_url)


@pytest.fixture
def own_bank(own_database: Database) -> Bank:
    """Publishes in a bank of this test's own."""
    return Bank(own_database)


def callers(url: str) -> list[str]:
    """Who sent the submissions that are stored."""
    with closing(Database(open_engine(url))) as database, database.read() as session:
        return list(session.scalars(select(Submission.caller)))


def right_answer(shown: str) -> list[str]:
    """What `show --key` says to type."""
    found = re.search(r"^Right answer  (.+)$", shown, re.M)
    assert found, shown
    return found[1].split("  ")


def test_the_terminal_knows_every_kind() -> None:
    assert set(TYPED) == set(KINDS) == {one["kind"] for one in SLUGS.values()}


def test_every_kind_is_shown_and_its_right_answer_is_right(kinds: Run) -> None:
    for slug, said in SLUGS.items():
        shown = kinds("show", slug, "--key")
        assert (shown.exit_code, said["title"] in shown.stdout) == (0, True), shown.output
        assert ("explanation" in said) == ("Explanation" in shown.stdout)
        typed = right_answer(shown.stdout)
        tried = kinds("try", slug, *(word for one in typed for word in ("--answer", one)))
        assert tried.exit_code == 0, tried.output
        assert tried.stdout.startswith("\n✓ Right: "), (slug, typed, tried.stdout)


def test_without_the_key_nothing_tells_it(kinds: Run) -> None:
    for slug in ("multiple", "matching"):
        shown = kinds("show", slug).stdout
        assert not re.search("Right|Explanation|It saturates|reading", shown), shown


ASKED = {
    "single": ("b\n", "✓ Right: 1 of 1 point"),
    "multiple": ("b\n", "◐ Partly right: 0.5 of 1 point"),
    "numeric": ("35.316 km/h\n", "✓ Right"),
    "short-text": ("Rectifier\n", "◐ Partly right"),
    "ordering": ("a,b\nA b c D\n", "point"),
    "matching": ("9\n\n\n\n\n\n", "c) Atlantis\n   ✓ Right\n"),
    "cloze": ("9.81 m/s^2\nstone\na\n", "✓ Right"),
}


def test_every_kind_is_answered_at_the_keyboard(kinds: Run) -> None:
    for slug, (typed, told) in ASKED.items():
        done = kinds("try", slug, typed=typed)
        assert (done.exit_code, told in done.stdout) == (0, True), (slug, done.output)
    again = kinds("try", "ordering", typed=ASKED["ordering"][0]).stderr
    assert "Name each of a, b, c, d once" in again


def test_nobody_who_answers_is_one_line(kinds: Run) -> None:
    done = kinds("try", "single")
    assert (done.exit_code, "--answer" in done.stderr.splitlines()[-1]) == (1, True)


@pytest.mark.parametrize(
    ("slug", "answers", "told"),
    [
        ("single", ["z"], "There is no option 'z'. Name one of a, b, c."),
        ("single", ["a,b"], "At most 1 may be picked."),
        ("multiple", ["a,a"], "picked twice"),
        ("numeric", ["fast"], "9.81"),
        ("numeric", ["1", "2"], "Give one answer, not 2."),
        ("numeric", ["9.81 mph"], "no such unit"),
        ("ordering", ["a,b"], "Name each of a, b, c, d once"),
        ("matching", ["a"], "write it as a=1"),
        ("matching", ["a=7"], "There is no target '7'. Name one of 1, 2, 3."),
        ("cloze", ["speed=1"], "There is no blank 'speed'. Known:"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_would_be(
    kinds: Run, slug: str, answers: list[str], told: str
) -> None:
    given = (word for one in answers for word in ("--answer", one))
    done = kinds("try", slug, *given)
    assert (done.exit_code, told in plain(done.stderr)) == (2, True), done.stderr


def plain(boxed: str) -> str:
    """What a box says, in one line."""
    return " ".join(re.sub(r"[^\x20-\x7e]", " ", boxed).split())


def test_a_trial_leaves_nothing_and_a_stored_answer_counts(kinds: Run, kinds_url: str) -> None:
    tried = kinds("try", "single", "--answer", "a")
    assert callers(kinds_url) == []
    kept = kinds("try", "single", "--answer", "a", "--store")
    assert kept.stdout == tried.stdout
    assert kinds("try", "cloze", "--answer", "noun=stone", "--store").exit_code == 0
    assert callers(kinds_url) == ["command line"] * 2


def test_a_name_that_is_not_there_is_one_line_with_one_that_is(kinds: Run) -> None:
    for command in ("show", "try", "stats"):
        done = kinds(command, "singel")
        told = "There is no published question 'singel'. Did you mean single?\n"
        assert (done.exit_code, done.stderr) == (1, told)


def test_verdicts_feedback_and_what_learners_are_told(kinds: Run) -> None:
    told = kinds("try", "multiple", "--answer", "a,b").stdout
    assert "a) Use tanh instead.\n   ✗ Picked, but wrong\n     It saturates, too.\n" in told
    for words in (
        "✓ Picked, and right",
        "✗ Missed: this one is right",
        "✓ Left out, and rightly so",
    ):
        assert words in told
    assert "Learners are not told the result." in kinds("try", "unreleased", "--answer", "a").stdout
    assert "Learners are told the score only." in kinds("try", "score-only", "--answer", "a").stdout


def test_names_of_options_inside_of_texts_are_their_letters(run: Run, own_bank: Bank) -> None:
    own_bank.publish(shuffle=True, explanation=Explanation("Not {option:2}."))
    shown = run("show", "rivers", "--key").stdout
    letter = re.search(r"^([a-d])\) The Danube$", shown, re.M)
    assert letter
    assert f"Not {letter[1]}." in shown


def test_texts_have_no_power_over_the_terminal(run: Run, own_bank: Bank) -> None:
    own_bank.publish(title="A\x1b[2Jb", prompt="\x1b]0;owned\x07 *c* \x9b1m")
    for done in (run("show", "rivers", "--key"), run("try", "rivers", typed="\n")):
        assert done.exit_code == 0
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.output)


TEXTS = """If $a_1 * b_2 * c_3$:

$$\\{x\\}$$

```{python}
x = 1
```

![A map](map.png)

<div>raw</div>"""


def test_texts_are_shown_as_they_were_meant(run: Run, own_bank: Bank) -> None:
    own_bank.publish(prompt=TEXTS)
    shown = run("show", "rivers").stdout
    for words in (
        "$a_1 * b_2 * c_3$",
        "  \\{x\\}",
        "  x = 1",
        "[picture: A map]",
        "<div>raw</div>",
    ):
        assert words in shown


def test_statistics_tell_what_was_answered(run: Run, own_bank: Bank) -> None:
    empty = own_bank.publish()
    assert "Nobody has answered this version yet." in run("stats", "rivers").stdout
    first, second, third, _ = empty.option_ids
    for picked in ((first, third), (first, third), (first, second), ()):
        own_bank.submit(*picked, learner="ada", duration_ms=4000)
    told = run("stats", "rivers").stdout
    assert "rivers · version 1 · 4 answers · 1 learner" in told
    assert re.search(r"^Mean score    50%  .* guessing: ", told, re.M)
    assert re.search(r"^a\) +The Rhine +75% +█{15} +0\.6667 +0 +✓ Right$", told, re.M)
    assert re.search(r"^a,c +2 +50% +█{10} +1 +✓ Right$", told, re.M)
    assert re.search(r"^nothing +1 +25% +█{5} +0 +✗ Not right$", told, re.M)
    assert re.search(r"^Time +4(\.\d+)? s", told, re.M)
    own_bank.publish(prompt="Which?")
    assert "rivers · version 2 · 0 answers · 4 more to version 1" in (run("stats", "rivers").stdout)
    assert run("stats", "rivers", "--version", "1").stdout.startswith(told.split("4 s")[0][:60])
    assert run("stats", "rivers", "--version", "3").exit_code == 1


def test_statistics_spell_answers_of_every_kind(kinds: Run) -> None:
    for slug in ("numeric", "ordering", "matching", "cloze"):
        typed = right_answer(kinds("show", slug, "--key").stdout)
        kept = (word for one in typed for word in ("--answer", one))
        assert kinds("try", slug, *kept, "--store").exit_code == 0
        told = kinds("stats", slug)
        assert (told.exit_code, "  ".join(typed) in told.stdout) == (0, True), told.output
