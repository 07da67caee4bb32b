"""A translation has a text for each text of its source, and is bound to exactly those texts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.questions import AnswerKey, Combination, Draft, Explanation, Option, Scoring
from domain.translations import Texts, changes, misfits, texts_of
from tests.factories import translated

SOURCE = Draft(
    title="Rivers",
    prompt="Which?",
    options=(
        Option("Rhine", "aaaa", "See {option:2}."),
        Option("Danube", "bbbb"),
    ),
    key=AnswerKey(frozenset({1})),
    explanation=Explanation("Because of {option:1}."),
    hints=("A map.", "A better map."),
    combinations=(Combination(frozenset({1, 2}), "Not both."),),
)
TEXTS = texts_of(SOURCE)
GERMAN = translated(TEXTS, "de")
REWORDED = {
    "title": ({"title": "Streams"}, "/title"),
    "prompt": ({"prompt": "Which ones?"}, "/prompt"),
    "option": ({"options": (replace(SOURCE.options[0], text="The Rhine"), SOURCE.options[1])},
               "/options/aaaa"),
    "feedback": ({"options": (replace(SOURCE.options[0], feedback="No."), SOURCE.options[1])},
                 "/feedback/aaaa"),
    "explanation": ({"explanation": Explanation("Others.")}, "/explanation"),
    "hint": ({"hints": ("A map.", "Another map.")}, "/hints/1"),
    "combination": ({"combinations": (Combination(frozenset({1, 2}), "One."),)},
                    "/combinations/0"),
}  # fmt: skip
NO_WORDS: dict[str, dict[str, Any]] = {
    "key": {"key": AnswerKey(frozenset({2}))},
    "tags": {"tags": ("water",)},
    "difficulty": {"difficulty": 0.5},
    "rule": {"scoring": Scoring("net_right")},
    "release": {"release": "never"},
    "order": {"shuffle": True},
}


@pytest.mark.parametrize(("edit", "pointer"), REWORDED.values(), ids=REWORDED)
def test_every_word_counts(edit: dict[str, Any], pointer: str) -> None:
    edited = texts_of(replace(SOURCE, **edit))
    assert edited.hash != TEXTS.hash
    (change,) = changes(TEXTS, edited)
    assert change.pointer == pointer
    assert change.old != change.new


@pytest.mark.parametrize("edit", NO_WORDS.values(), ids=NO_WORDS)
def test_nothing_but_words_counts(edit: dict[str, Any]) -> None:
    edited = texts_of(replace(SOURCE, **edit))
    assert edited.hash == TEXTS.hash
    assert changes(TEXTS, edited) == ()


def test_the_order_of_options_says_nothing() -> None:
    turned = replace(
        SOURCE,
        options=(SOURCE.options[1], replace(SOURCE.options[0], feedback="See {option:1}.")),
        explanation=Explanation("Because of {option:2}."),
    )
    assert texts_of(turned).hash == TEXTS.hash


def test_texts_come_back_from_their_document() -> None:
    assert Texts.read(TEXTS.document) == TEXTS


def without(name: str, key: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document[name].pop(key)


def putting(*path: str, text: str) -> Callable[[dict[str, Any]], None]:
    def act(document: dict[str, Any]) -> None:
        *steps, last = path
        for step in steps:
            document = document[step]
        document[last] = text

    return act


def resizing(name: str, count: int) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update({name: [*document[name], "One more."][:count]})


MISFITS = {
    "no title": (putting("title", text=""), ("/title", "missing_text")),
    "blank stem": (putting("prompt", text=" \n"), ("/prompt", "missing_text")),
    "an option less": (without("options", "aaaa"), ("/options/aaaa", "missing_text")),
    "an option more": (putting("options", "cccc", text="Elbe"),
                       ("/options/cccc", "unknown_option")),
    "feedback less": (without("feedback", "aaaa"), ("/feedback/aaaa", "missing_text")),
    "feedback more": (putting("feedback", "bbbb", text="No."),
                      ("/feedback/bbbb", "text_without_source")),
    "feedback on nothing": (putting("feedback", "cccc", text="No."),
                            ("/feedback/cccc", "unknown_option")),
    "no explanation": (putting("explanation", text=""), ("/explanation", "missing_text")),
    "a hint less": (resizing("hints", 1), ("/hints/1", "missing_text")),
    "a hint more": (resizing("hints", 3), ("/hints/2", "text_without_source")),
    "no combination": (resizing("combinations", 0), ("/combinations/0", "missing_text")),
    "a blank": (putting("prompt", text="Welche [[a]]?"), ("/prompt", "other_blanks")),
    "a place in the stem": (putting("prompt", text="Wie {option:1}?"),
                            ("/prompt", "misplaced_option_reference")),
    "a place that is not there": (putting("explanation", text="{option:3}"),
                                  ("/explanation", "unknown_option_reference")),
}  # fmt: skip


@pytest.mark.parametrize(("act", "fault"), MISFITS.values(), ids=MISFITS)
def test_a_misfit_is_pointed_at(
    act: Callable[[dict[str, Any]], None], fault: tuple[str, str]
) -> None:
    document = GERMAN.document
    act(document)
    (found,) = misfits(TEXTS, Texts.read(document))
    assert (found.pointer, found.code) == fault


def test_a_text_for_each_text_fits() -> None:
    assert list(misfits(TEXTS, GERMAN)) == []


def test_blanks_are_kept_in_any_order() -> None:
    source = replace(TEXTS, prompt="[[a]] then [[b]]")
    assert not [*misfits(source, replace(GERMAN, prompt="[[b]] nach [[a]]"))]
    assert [*misfits(source, replace(GERMAN, prompt="[[a]] und [[a]]"))]
