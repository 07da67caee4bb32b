"""What became of a question in its next version: matched by id, told by words."""

from dataclasses import replace

import pytest

from domain.questions import AnswerKey, Draft, Explanation, Option
from domain.revisions import MOST_COMPARED, Revision, Span, compare, word_difference

TEXTS = {"aaaa": "The Rhine", "bbbb": "The Danube", "cccc": "The Elbe", "dddd": "The Oder"}
DRAFT = Draft(
    title="Rivers",
    prompt="First.\n\nSecond one.\n\nThird.",
    options=tuple(Option(text, id_) for id_, text in TEXTS.items()),
    key=AnswerKey(frozenset({1})),
    explanation=Explanation("{option:2} does not."),
)
NOTHING = Revision((), (), (), (), ())


def in_order(ids: str) -> tuple[Option, ...]:
    """The options by the first letters of their ids."""
    return tuple(Option(TEXTS[letter * 4], letter * 4) for letter in ids)


def told(revision: Revision) -> dict[str, tuple[str, bool]]:
    return {one.id[0]: (one.change, one.moved) for one in revision.options}


def test_nothing_differs_from_itself() -> None:
    assert compare(DRAFT, DRAFT) == NOTHING


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("abdc", {"c": ("same", True)}),
        ("dabc", {"d": ("same", True)}),
        ("bcda", {"a": ("same", True)}),
        ("abc", {"d": ("removed", False)}),
        ("bcd", {"a": ("removed", False)}),
        ("", dict.fromkeys("abcd", ("removed", False))),
    ],
)
def test_an_option_is_found_by_its_id(ids: str, expected: dict[str, tuple[str, bool]]) -> None:
    new = replace(DRAFT, options=in_order(ids), key=AnswerKey(), explanation=Explanation())
    found = told(compare(DRAFT, new))
    # Of two neighbours that changed places, either may be said to have moved.
    assert found == expected or (ids == "abdc" and found == {"d": ("same", True)})


def test_an_option_that_differs_is_told_in_full() -> None:
    changed = Option("The river Rhine", "aaaa", feedback="It does.", pinned=True)
    (one,) = compare(DRAFT, replace(DRAFT, options=(changed, *DRAFT.options[1:]))).options
    assert (one.change, one.moved, one.old_place, one.new_place) == ("reworded", False, 1, 1)
    assert one.text == (
        Span("same", "The "),
        Span("added", "river "),
        Span("same", "Rhine"),
    )
    assert one.feedback == (Span("added", "It does."),)
    assert one.pinned == (False, True)


def test_feedback_alone_is_a_difference() -> None:
    changed = replace(DRAFT.options[0], feedback="It does.")
    (one,) = compare(DRAFT, replace(DRAFT, options=(changed, *DRAFT.options[1:]))).options
    assert (one.change, one.moved) == ("same", False)


def test_the_key_is_told_by_ids_wherever_options_stand() -> None:
    turned = replace(
        DRAFT,
        options=in_order("dcba"),
        key=AnswerKey(frozenset({4})),
        explanation=Explanation("{option:3} does not."),
    )
    revision = compare(DRAFT, turned)
    assert (revision.became_right, revision.became_wrong) == ((), ())
    assert revision.texts == (), "the text names the same option at its new place"
    other = compare(DRAFT, replace(turned, key=AnswerKey(frozenset({1, 2}))))
    assert (other.became_right, other.became_wrong) == (("dddd", "cccc"), ("aaaa",))


def test_paragraphs_are_compared_one_by_one() -> None:
    new = replace(DRAFT, prompt="First.\n\nSecond two.\n\nThird.\n\nFourth.")
    (text,) = compare(DRAFT, new).texts
    assert text.name == "prompt"
    assert text.paragraphs == (
        (Span("same", "First."),),
        (Span("same", "Second "), Span("removed", "one"), Span("added", "two"), Span("same", ".")),
        (Span("same", "Third."),),
        (Span("added", "Fourth."),),
    )


def test_texts_that_share_hardly_a_word_are_told_as_a_whole() -> None:
    old, new = "The Rhine ends near Rotterdam", "Nobody knows the source"
    assert word_difference(old, new) == (Span("removed", old), Span("added", new))


def test_other_parts_are_told_before_and_after() -> None:
    new = replace(DRAFT, tags=("water",), hints=("Look.",), extra={"title": "of a course"})
    found = {field.name: (field.old, field.new) for field in compare(DRAFT, new).fields}
    assert found == {
        "tags": (None, "water"),
        "hint 1": (None, "Look."),
        "extra title": (None, "of a course"),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("", "new"),
        ("old", ""),
        ("one two three", "one 2 three"),
        ("a  b\nc", "a b c"),
        ("naïve 日本 `x_1`", "naive 日本語 `x_2`!"),
        ("word " * (MOST_COMPARED + 1), "other " * 3),
    ],
)
def test_spans_make_up_both_texts(old: str, new: str) -> None:
    spans = word_difference(old, new)
    assert "".join(span.text for span in spans if span.change != "added") == old
    assert "".join(span.text for span in spans if span.change != "removed") == new
    assert all(span.text for span in spans)
