"""Full text: every word finds its question on both engines, and nothing secret is in it."""

from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.questions import AnswerKey, Explanation, Option
from models import Database, Question
from models.search import LONGEST_WORD, Hit, question_search, search, unindex_question, words
from tests.factories import Bank


def found(database: Database, text: str) -> list[UUID]:
    with database.read() as session:
        return question_ids(session, search(session, text))


def question_ids(session: Session, hits: list[Hit]) -> list[UUID]:
    """The ids of what was found, in the same order."""
    ids = {number: id_ for id_, number in session.execute(select(Question.id, Question.number))}
    return [ids[hit.number] for hit in hits]


def choice_of(*texts: str) -> dict[str, Any]:
    return {"options": tuple(map(Option, texts)), "key": AnswerKey(frozenset({1}))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The Rhône", ["the", "rhone"]),
        ("C++ is not C#", ["c", "is", "not", "c"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("snake_case `x_1`", ["snake", "case", "x", "1"]),
        ("ﬁne ½ x²", ["fine", "1", "2", "x2"]),
        ("日本語", ["日本語"]),
        ("'); DROP TABLE x --", ["drop", "table", "x"]),
        ("a" * 300, ["a" * LONGEST_WORD]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(st.characters(max_codepoint=127)))
def test_the_words_of_plain_letters_are_found_as_others_are(text: str) -> None:
    assert [*words(text), "e"] == words(f"{text} é")


@pytest.mark.parametrize(
    "text",
    ["rivers", "RIVERS europe", "riv", "rhone", "Rhône", "north sea", "danube", "europe rhine",
     "rivers'); --", '"rivers" "*"', "rivers & | ! : * ( )", "-rivers"],
)  # fmt: skip
def test_every_word_must_begin_a_word(database: Database, bank: Bank, text: str) -> None:
    version = bank.publish()
    bank.publish(slug="other", title="Mountains", prompt="Which?", **choice_of("Alps", "Andes"))
    assert found(database, text) == [version.question_id]


@pytest.mark.parametrize(
    "text", ["", " ", "*", "'", '"', "iver", "rivers alps", "mediterranean", "rotterdam", "\0"]
)
def test_what_finds_nothing(database: Database, bank: Bank, text: str) -> None:
    bank.publish()
    assert found(database, text) == []


@pytest.mark.parametrize(
    "word",
    ["1e5", "3d", "x86", "0x1F", "2e10x", "1.5", "a1b2c3", "日本語", "x日本", "שלום", "مرحبا",
     "नमस्ते", "ελλάδα", "İstanbul", "ŉ", "e-mail", "http", "example.org/a?b=1", "a@b.org", "C3PO",
     "12345678901234567890123", "µm", "½", "\U0001d54f", "ﷺ", "𐍈", "ꜳ", "ǅ", "Ⅷ", "①", "٣",
     "กรุงเทพ"],
)  # fmt: skip
def test_words_of_any_script_are_found(database: Database, bank: Bank, word: str) -> None:
    version = bank.publish(title=f"About {word} and more")
    assert found(database, word) == [version.question_id]
    assert found(database, word.upper()) == [version.question_id]


def test_titles_weigh_more_than_prompts_and_prompts_more_than_options(
    database: Database, bank: Bank
) -> None:
    plain, telling = choice_of("Nile", "Volga"), choice_of("Amur", "Volga")
    by_option = bank.publish(slug="c", title="One", prompt="Which?", **telling)
    by_prompt = bank.publish(slug="b", title="Two", prompt="Amur?", **plain)
    by_title = bank.publish(slug="a", title="Amur", prompt="Which?", **plain)
    order = [version.question_id for version in (by_title, by_prompt, by_option)]
    assert found(database, "amur") == order


def test_a_question_is_found_by_its_last_version_only(database: Database, bank: Bank) -> None:
    version = bank.publish()
    bank.publish(title="Streams")
    assert found(database, "europe") == []
    assert found(database, "streams") == [version.question_id]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(question_search)) == 1


def test_a_question_can_be_made_unfindable(database: Database, bank: Bank) -> None:
    version, other = bank.publish(), bank.publish(slug="other")
    database.write(lambda session: unindex_question(session, version.question))
    assert found(database, "rivers") == [other.question_id]


def test_very_long_texts_are_indexed(database: Database, bank: Bank) -> None:
    text = " ".join(f"{number:x}word" for number in range(100_000))
    version = bank.publish(prompt=text)
    assert found(database, "99word") == [version.question_id]


@pytest.mark.parametrize("most", [200, 1])
def test_questions_of_any_number_are_found(
    database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """PostgreSQL looks among the newest numbers first, then among more."""
    numbers = [
        1,
        16_383,
        16_384,
        33_000,
        250_000,
        250_001,
        250_002,
        250_003,
        250_004,
        250_005,
        250_006,
        600_000,
    ]
    given = iter(numbers)
    monkeypatch.setattr("operations.publish_question.next_number", lambda _: next(given))
    monkeypatch.setattr("models.search.MOST_HITS", most)
    for number in numbers:
        bank.publish(slug=f"q{number}", title=f"Rivers {number}")
    newest = [None, *numbers]
    with database.read() as session:
        found = {at: [h.number for h in search(session, "river", newest=at)] for at in newest}
        assert [h.number for h in search(session, "river 16383")] == [16_383]
    assert found == {
        at: [n for n in reversed(numbers) if at is None or n <= at][:most] for at in newest
    }


def test_the_largest_texts_fit_into_both_indexes(database: Database, bank: Bank) -> None:
    """Words of nine letters have the most beginnings for their length."""
    letters = [chr(0x20000 + place) for place in range(40)]
    random = Random(1)  # noqa: S311 - the same words each time
    prompt, option, explanation = (
        " ".join("".join(random.choices(letters, k=9)) for _ in range(6_000)) for _ in range(3)
    )
    version = bank.publish(
        prompt=prompt, explanation=Explanation(explanation), **choice_of(option, "Other")
    )
    first = option.split(" ", 1)[0]
    assert found(database, first[:8]) == [version.question_id]
    assert found(database, first) == [version.question_id]
    assert found(database, first[:8] + letters[0] * 2) == []


def test_beginnings_of_any_length_are_found(database: Database, bank: Bank) -> None:
    word = "counterintuitively"
    version = bank.publish(title=f"Flowing {word}")
    for length in range(1, len(word) + 1):
        assert found(database, word[:length]) == [version.question_id]
