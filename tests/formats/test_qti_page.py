"""The page about QTI says what is so."""

import re
from fractions import Fraction
from pathlib import Path

from domain.grading import StatedValues
from domain.questions import Scoring
from formats import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "qti.md").read_text()


def test_the_example_is_read_as_the_page_says() -> None:
    (example,) = re.findall("```xml\n(.*?)```", PAGE, flags=re.DOTALL)
    (parsed,) = FORMATS["qti3"].read(example.encode())
    assert (parsed.problems, parsed.losses) == ((), ())
    assert parsed.draft is not None
    assert parsed.draft.kind == "multiple_response"
    options = (Fraction(1), Fraction(1), None)
    values = StatedValues(
        options=options, default=Fraction(-1), lower=Fraction(0), maximum=Fraction(2)
    )
    assert parsed.draft.scoring == Scoring("mapping", Fraction(2), values)


def test_every_format_has_a_row() -> None:
    for name in FORMATS:
        assert not name.startswith("qti") or f"| `{name}` |" in PAGE
