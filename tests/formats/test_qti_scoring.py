"""A file scores every answer as the question it was written from, by an engine of the tests."""

import pytest

from domain.grading.ordering import StatedOrder
from domain.questions import Draft, Option, Scoring
from formats import FORMATS
from tests.formats.qti_cases import Case, cases, choice
from tests.formats.qti_engine import Engine

VERSIONS = ("qti3", "qti22", "qti21")


def named(case: Case) -> str:
    """What the test of a case is called."""
    return case.what


@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("case", list(cases()), ids=named)
def test_an_item_scores_every_answer_alike(case: Case, name: str) -> None:
    rendered = FORMATS[name].render(case.draft)
    assert rendered.content is not None
    assert not [one for one in rendered.losses if one.path.startswith(("/scoring", "/answer"))]
    item = Engine(rendered.content)
    for given, expected in case.answers:
        assert item.run(given) == pytest.approx(expected, abs=1e-9), given


def test_a_rule_that_would_take_too_much_is_told_and_the_plain_one_is_written() -> None:
    draft = choice(20, set(range(1, 11)), Scoring("jaccard"))
    rendered = FORMATS["qti3"].render(draft)
    assert [loss.path for loss in rendered.losses] == ["/scoring/rule"]
    (read,) = FORMATS["qti3"].read(rendered.content or b"")
    assert read.draft is not None
    assert read.draft.scoring == Scoring()


def test_an_order_of_more_than_five_is_told_and_the_plain_rule_is_written() -> None:
    options = tuple(Option(f"Step {at}") for at in range(1, 7))
    draft = Draft(
        "T",
        "Order.",
        options,
        kind="ordering",
        answer=StatedOrder(),
        scoring=Scoring("longest_run"),
    )
    rendered = FORMATS["qti3"].render(draft)
    assert [loss.path for loss in rendered.losses] == ["/scoring/rule"]
    (read,) = FORMATS["qti3"].read(rendered.content or b"")
    assert read.draft is not None
    assert read.draft.scoring == Scoring()
