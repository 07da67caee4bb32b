"""Bringing files into the bank: what is created, revised, left alone or refused, and its traces."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

import models
from domain.questions import AnswerKey, Draft, Option, Scoring, content_hash
from formats import FORMATS, Format, Parsed
from models import Base, Database, Question, QuestionVersion, now
from models.search import matching
from operations.import_item import ImportItem
from operations.import_questions import import_questions
from operations.read_draft import read_draft
from tests.factories import DRAFT, SEED_FILE, Bank

QUARTO = FORMATS["quarto"]
SEED = SEED_FILE.read_text()
IDS = ("senv", "dapz", "gpnu", "3swy")
EDITED = SEED.replace("is not doing great", "does badly")
AMBIGUOUS = SEED.replace("1. Kaylee should use tanh", "1. Completely new").replace(
    "4. Kaylee should initialize the network weights with large values to avoid vanishing",
    "4. And another one, unlike all others: no more vanishing",
)


def stating(*lines: str, text: str = SEED) -> str:
    """The file with further lines in its front matter."""
    return text.replace("date: 2022-09-21\n", "\n".join(["date: 2022-09-21", *lines, ""]))


class Desk:
    """Imports files and looks at what came of them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def bring(
        self, text: str = SEED, source: str = "vanishing-gradients.qmd", **said: Any
    ) -> ImportItem:
        (item,) = self.bring_all(text.encode(), source=source, **said)
        return item

    def bring_all(
        self, data: bytes, *, form: Format = QUARTO, source: str = "file", **said: Any
    ) -> tuple[ImportItem, ...]:
        return self.database.write(
            lambda session: import_questions(
                session, source=source, data=data, form=form, at=now(), **said
            )
        )

    def revision(self) -> int:
        with self.database.read() as session:
            return session.scalars(select(models.Bank.revision)).one()

    def rows(self) -> dict[str, int]:
        with self.database.read() as session:
            return {
                name: session.scalars(select(func.count()).select_from(table)).one()
                for name, table in Base.metadata.tables.items()
            }

    def found(self, text: str) -> int:
        with self.database.read() as session:
            return len(session.execute(matching(session, text)).all())

    def draft(self, slug: str = "vanishing-gradients") -> Draft:
        with self.database.read() as session:
            question = session.scalars(select(Question).where(Question.slug == slug)).one()
            assert question.published
            return read_draft(question.published)

    def option_ids(self, number: int) -> tuple[str, ...]:
        with self.database.read() as session:
            wanted = select(QuestionVersion).where(QuestionVersion.number == number)
            return session.scalars(wanted).one().option_ids


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_file_is_created_once_and_then_unchanged(desk: Desk) -> None:
    before = desk.revision()
    assert desk.bring() == ImportItem("vanishing-gradients.qmd", "vanishing-gradients", "created")
    rows = desk.rows()
    assert desk.revision() == before + 1
    assert desk.bring() == ImportItem("vanishing-gradients.qmd", "vanishing-gradients", "unchanged")
    assert desk.rows() == rows
    assert desk.revision() == before + 1
    assert desk.option_ids(1) == IDS


def test_an_edit_is_the_next_version_and_everything_follows(desk: Desk, bank: Bank) -> None:
    desk.bring()
    before = desk.revision()
    item = desk.bring(EDITED)
    assert item.outcome == "updated"
    assert item.changes == (
        "prompt: - Kaylee's model is not doing great.",
        "prompt: + Kaylee's model does badly.",
    )
    assert desk.revision() == before + 1
    assert desk.option_ids(2) == IDS
    assert (desk.found("not doing great"), desk.found("badly")) == (0, 1)
    assert "does badly" in desk.draft().prompt
    for version, correct in [(1, True), (2, True)]:
        submitted = bank.submit("dapz", "gpnu", question="vanishing-gradients", version=version)
        assert submitted.submission.grades[0].correct == correct


def test_an_old_version_is_graded_by_its_own_key(desk: Desk, bank: Bank) -> None:
    desk.bring()
    desk.bring(SEED.replace("\n2, 3\n", "\n1\n"))
    answers = [
        ("dapz gpnu", 1, True),
        ("dapz gpnu", 2, False),
        ("senv", 2, True),
        ("senv", 1, False),
    ]
    for picked, version, correct in answers:
        submitted = bank.submit(*picked.split(), question="vanishing-gradients", version=version)
        assert submitted.submission.grades[0].correct == correct


@pytest.mark.parametrize(
    ("old", "new", "ids"),
    [
        ("large values", "huge values", IDS),
        ("1. Kaylee should use tanh instead of sigmoid because it doesn't suffer from vanishing "
         "gradients.", "1. Something else.", IDS),
        ("2, 3", "3", IDS),
        (":::{.callout-note", "5. A new one.\n\n:::{.callout-note", (*IDS, "7xnj")),
    ],
)  # fmt: skip
def test_options_keep_their_ids(desk: Desk, old: str, new: str, ids: tuple[str, ...]) -> None:
    desk.bring()
    assert desk.bring(SEED.replace(old, new)).outcome == "updated"
    assert desk.option_ids(2)[:4] == ids[:4]
    assert len(desk.option_ids(2)) == len(ids)


def test_an_id_is_not_given_again_after_its_option_was_deleted(desk: Desk) -> None:
    desk.bring(SEED.replace(":::{.callout-note", "5. A new one.\n\n:::{.callout-note"))
    desk.bring()
    desk.bring(SEED.replace(":::{.callout-note", "5. A new one.\n\n:::{.callout-note"))
    first, again = desk.option_ids(1)[4], desk.option_ids(3)[4]
    assert again.startswith(first)
    assert len(again) == len(first) + 1


def test_an_ambiguous_edit_is_refused_without_a_trace(desk: Desk) -> None:
    desk.bring()
    before = (desk.rows(), desk.revision(), desk.draft())
    item = desk.bring(stating("external_id: vg-1", text=AMBIGUOUS))
    assert item.outcome == "failed"
    assert [problem.code for problem in item.problems] == ["ambiguous_option"] * 2
    assert "senv" in item.problems[0].message
    assert "`ids: [...]`" in item.problems[0].hint
    assert (desk.rows(), desk.revision(), desk.draft()) == before
    stated = stating(f"ids: [{', '.join(IDS)}]", text=AMBIGUOUS)
    assert desk.bring(stated).outcome == "updated"
    assert desk.option_ids(2) == IDS


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["scoring: {rule: nonsense}"], {"unknown_rule"}),
        (["kind: single_choice"], {"single_choice_key"}),
        (["language: en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa"], {"long_language"}),
        ([f"external_id: {'x' * 256}"], {"long_external_id"}),
        (["scoring: {rule: nonsense}", f"external_id: {'x' * 256}"],
         {"unknown_rule", "long_external_id"}),
        (["kind: nonsense"], {"bad_kind"}),
    ],
)  # fmt: skip
def test_an_incomplete_file_is_refused_without_a_trace(
    desk: Desk, lines: list[str], codes: set[str]
) -> None:
    before = (desk.rows(), desk.revision())
    item = desk.bring(stating(*lines))
    assert item.outcome == "failed"
    assert {problem.code for problem in item.problems} == codes
    assert (desk.rows(), desk.revision()) == before


def test_the_external_id_finds_the_question_under_another_name(desk: Desk) -> None:
    desk.bring(stating("external_id: vg-1"))
    moved = desk.bring(stating("external_id: vg-1"), source="renamed.qmd")
    assert (moved.outcome, moved.slug) == ("unchanged", "vanishing-gradients")
    edited = desk.bring(stating("external_id: vg-1", text=EDITED), source="renamed.qmd")
    assert (edited.outcome, edited.slug) == ("updated", "vanishing-gradients")
    assert desk.rows()["question"] == 1


def test_a_question_may_be_given_an_external_id_later(desk: Desk) -> None:
    desk.bring()
    assert desk.bring(stating("external_id: vg-1")).outcome == "unchanged"
    assert desk.bring(stating("external_id: vg-1"), source="renamed.qmd").outcome == "unchanged"
    assert desk.rows()["question"] == 1


def test_a_question_is_not_overwritten_by_another_of_the_same_slug(desk: Desk) -> None:
    desk.bring(stating("external_id: vg-1"))
    item = desk.bring(stating("external_id: vg-2", text=EDITED))
    assert (item.outcome, item.problems[0].code) == ("failed", "taken_slug")
    assert desk.draft().external_id == "vg-1"
    assert desk.rows()["question_version"] == 1


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ([], ["slug: vanishing-gradients"], "duplicate_slug"),
        (["external_id: x"], ["external_id: x"], "duplicate_external_id"),
    ],
)
def test_one_run_does_not_take_a_name_twice(
    desk: Desk, first: list[str], second: list[str], code: str
) -> None:
    earlier: dict[str, str] = {}
    assert desk.bring(stating(*first), earlier=earlier).outcome == "created"
    item = desk.bring(stating(*second, text=EDITED), source="copy.qmd", earlier=earlier)
    assert (item.outcome, [problem.code for problem in item.problems]) == ("failed", [code])
    assert "vanishing-gradients.qmd" in item.problems[0].message
    assert desk.bring(stating(*first), earlier=earlier).outcome == "unchanged"
    assert desk.rows()["question_version"] == 1


def test_what_was_written_but_never_published_is_published(desk: Desk, bank: Bank) -> None:
    (parsed,) = QUARTO.read(SEED.encode())
    assert parsed.draft
    bank.revise(replace(parsed.draft, slug="vanishing-gradients"))
    assert desk.bring().outcome == "updated"
    assert desk.draft().title == "Vanishing gradients"
    assert desk.rows()["question_version"] == 1


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("a/Vanishing Gradients.qmd", "vanishing-gradients"),
        ("a/b.c.qmd", "b-c"),
        ("deep/folder/index.qmd", "folder"),
        ("folder/_index.md", "folder"),
        ("index.qmd", "vanishing-gradients"),
        ("日本.qmd", "vanishing-gradients"),
    ],
)
def test_slugs_come_from_names(desk: Desk, source: str, slug: str) -> None:
    assert desk.bring(source=source).slug == slug


def several(*drafts: Draft | None) -> Format:
    """A format whose every file holds these questions."""
    parsed = [Parsed(draft) for draft in drafts]
    return Format("several", (), lambda _: True, lambda _: iter(parsed))


def test_one_failing_question_does_not_stop_the_others(desk: Desk, bank: Bank) -> None:
    bank.publish(slug="changed")
    bank.publish(slug="same")
    rewritten = tuple(Option(f"{number}{number}") for number in range(4))
    form = several(
        replace(DRAFT, slug="new"),
        None,
        replace(DRAFT, slug="untitled", title=""),
        replace(DRAFT, slug="changed", options=rewritten),
        replace(DRAFT, slug="new", prompt="Another?"),
        replace(DRAFT, slug="same"),
        replace(DRAFT, slug="last"),
    )
    items = desk.bring_all(b"", form=form)
    assert [(item.slug, item.outcome) for item in items] == [
        ("new", "created"),
        (None, "failed"),
        ("untitled", "failed"),
        ("changed", "failed"),
        ("new", "failed"),
        ("same", "unchanged"),
        ("last", "created"),
    ]
    assert desk.rows()["question"] == desk.rows()["question_version"] == 4
    assert desk.draft("new").prompt == DRAFT.prompt


def test_the_seed_file_goes_through_the_bank_byte_for_byte(desk: Desk) -> None:
    desk.bring()
    stored = desk.draft()
    assert tuple(option.id for option in stored.options) == IDS
    nameless = replace(
        stored, slug=None, options=tuple(replace(option, id=None) for option in stored.options)
    )
    (parsed,) = QUARTO.read(SEED.encode())
    assert nameless == parsed.draft
    assert QUARTO.render(nameless).content == SEED.encode()


def test_everything_a_draft_can_say_goes_through_the_bank(desk: Desk) -> None:
    said = replace(
        DRAFT,
        kind="single_choice",
        key=AnswerKey(frozenset({4})),
        external_id="ext",
        date=now().date(),
        tags=("z", "a", "ü 🦔"),
        difficulty=-0.1,
        language="de-CH",
        scoring=Scoring(max_points=Fraction(1, 3)),
        release="score_only",
        shuffle=True,
        extra={"z": [1, {"y": None}], "a": 1.5, "🦔": "\u202e\u05e9"},
        options=tuple(
            replace(option, feedback=f"**{place}**", pinned=place == 2)
            for place, option in enumerate(DRAFT.options)
        ),
    )
    assert desk.bring_all(b"", form=several(said))[0].outcome == "created"
    stored = desk.draft("rivers")
    options = tuple(replace(option, id=None) for option in stored.options)
    assert replace(stored, options=options) == said
    assert content_hash(stored) == content_hash(said)
    assert desk.bring_all(b"", form=several(said))[0].outcome == "unchanged"


def test_two_imports_at_once_create_and_revise_once(own_database: Database) -> None:
    desk, start = Desk(own_database), Barrier(4)

    def bring(text: str) -> str:
        start.wait(timeout=30)
        return desk.bring(text).outcome

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(bring, [SEED] * 4)) == ["created", *["unchanged"] * 3]
        assert sorted(pool.map(bring, [EDITED] * 4)) == [*["unchanged"] * 3, "updated"]
    assert desk.rows()["question_version"] == 2
