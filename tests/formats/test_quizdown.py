"""Files of quizdown: orders, which are lists with numbers and without boxes."""

import pytest

from domain.completeness import completeness
from formats import FORMATS
from tests.formats.quiz_drafts import codes_in

MARKDOWN = FORMATS["markdown"]
STEPS = "# Order?\n> Think.\n\n1. one\n2. two\n   > Second.\n"
QUIZDOWN = {
    "settings": "---\nprimary_color: orange\n---\n" + STEPS,
    "boxes": STEPS + "\n# Which?\n\n1. [x] a\n2. [ ] b\n",
}


@pytest.mark.parametrize("source", QUIZDOWN.values(), ids=QUIZDOWN)
def test_a_numbered_list_of_quizdown_is_an_order(source: str) -> None:
    draft = MARKDOWN.read(source.encode())[0].draft
    assert draft is not None
    assert (draft.kind, draft.title, draft.prompt) == ("ordering", "Order?", "Order?")
    assert [one.text for one in draft.options] == ["one", "two"]
    assert draft.options[1].feedback == "Second."
    assert draft.hints == ("Think.",)
    assert completeness(draft) == ()


@pytest.mark.parametrize(
    "source", [STEPS, "---\ntitle: x\n---\n" + STEPS, STEPS + "\n# Q?\n\n- [x] a\n- [ ] b\n"]
)
def test_a_numbered_list_of_any_other_page_is_no_question(source: str) -> None:
    drafts_in = [parsed.draft for parsed in MARKDOWN.read(source.encode())]
    assert all(draft and draft.kind != "ordering" for draft in drafts_in)


@pytest.mark.parametrize(
    ("steps", "code", "line"),
    [("1. one\n", "fewer_than_two_options", 5), ("1. a\n2. b\n\nSo.\n", "text_after_steps", 8)],
)
def test_steps_that_make_no_order_are_refused(steps: str, code: str, line: int) -> None:
    source = f"---\nshuffle_answers: true\n---\n# Order?\n{steps}"
    assert [one[:2] for one in codes_in(MARKDOWN, source)] == [(code, line)]
