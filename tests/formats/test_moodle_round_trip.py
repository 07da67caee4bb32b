"""What is written is read again as it was; what is not, the losses name."""

from dataclasses import fields

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.questions import AnswerKey, Draft, Option
from formats import Format
from formats.markdown_text import escape_markdown, first_words
from tests.formats.moodle_drafts import (
    AIKEN,
    GIFT,
    MOODLE_XML,
    choices,
    drafts,
    enriched,
    gaps,
    is_complete,
    numbers,
    orders,
    pairs,
    read,
    weighted,
    words,
)

SUMS = ("net_right", "hits_only")  # rules that Moodle's sums of fractions say exactly
IN_BOTH = st.one_of(choices(SUMS), weighted(), numbers(), words(), pairs())
IN_XML = st.one_of(IN_BOTH, orders(), gaps())


def check_exact(form: Format, draft: Draft) -> None:
    assume(is_complete(draft))
    rendered = form.render(draft)
    assert rendered.losses == ()
    assert rendered.content is not None
    parsed = read(form, rendered.content)
    assert (parsed.problems, parsed.losses) == ((), ())
    assert parsed.draft == draft


def check_told(form: Format, draft: Draft) -> None:
    """Exactly the parts that differ are told of."""
    assume(is_complete(draft))
    rendered = form.render(draft)
    if rendered.content is None:
        assert [loss.code for loss in rendered.losses] == ["not_expressible"]
        return
    back = read(form, rendered.content).draft
    assert back is not None
    told = {loss.path.split("/")[1] for loss in rendered.losses}
    names = (one.name for one in fields(Draft))
    assert told == {name for name in names if getattr(back, name) != getattr(draft, name)}


@settings(deadline=None, max_examples=200)
@given(drafts(IN_XML, rich=True))
def test_moodle_xml_keeps_what_moodle_can_say(draft: Draft) -> None:
    check_exact(MOODLE_XML, draft)


@settings(deadline=None, max_examples=200)
@given(drafts(IN_BOTH, rich=False))
def test_gift_keeps_what_gift_can_say(draft: Draft) -> None:
    assume(draft.kind != "matching" or "->" not in str(draft.own_options))  # it has no escape
    check_exact(GIFT, draft)


@pytest.mark.parametrize("form", [MOODLE_XML, GIFT, AIKEN], ids=lambda form: form.name)
@settings(deadline=None, max_examples=100)
@given(draft=enriched(drafts(IN_XML, rich=True)))
def test_all_that_is_not_kept_is_told(form: Format, draft: Draft) -> None:
    check_told(form, draft)


PLAIN = st.sampled_from(["Rome", "2 * 3", "a_b", "x < y", "[1]", "# no heading", "é & ä"])


@settings(deadline=None, max_examples=100)
@given(st.lists(PLAIN, min_size=2, max_size=6, unique=True), PLAIN, st.data())
def test_aiken_keeps_words(texts: list[str], stem: str, data: st.DataObject) -> None:
    options = tuple(Option(escape_markdown(text)) for text in texts)
    prompt = escape_markdown(stem)
    key = AnswerKey(frozenset({data.draw(st.integers(1, len(texts)))}))
    draft = Draft(first_words(prompt), prompt, options, key, kind="single_choice")
    check_exact(AIKEN, draft)


@pytest.mark.parametrize("right", [1, 2])
@pytest.mark.parametrize("form", [GIFT, MOODLE_XML], ids=lambda form: form.name)
@pytest.mark.parametrize("said", [("yes", "no"), (None, "no"), ("yes", None)])
def test_feedback_stays_with_its_truth(
    form: Format, right: int, said: tuple[str | None, str | None]
) -> None:
    truths = zip(("True", "False"), said, strict=True)
    options = tuple(Option(text, feedback=words) for text, words in truths)
    key = AnswerKey(frozenset({right}))
    draft = Draft("T", "True?", options, key, kind="true_false")
    rendered = form.render(draft)
    assert rendered.losses == ()
    assert read(form, rendered.content or b"").draft == draft
