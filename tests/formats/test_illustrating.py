"""What becomes of pictures where a format has no room for them."""

import pytest

from domain.grading.cloze import ChoiceBlank, StatedBlanks
from domain.questions import AnswerKey, Draft, Option
from formats import FORMATS
from formats.illustrating import LEFT, Illustrator, Stored
from formats.pictures import read_picture
from tests.pictures import png

SHOWN = f"![a map](media/{read_picture(png()).name})"


@pytest.mark.parametrize(("stem", "files"), [("A [[gap]].", 0), (f"{SHOWN}\n\nA [[gap]].", 1)])
def test_a_picture_in_a_gap_is_told_where_no_text_of_moodle_has_it(stem: str, files: int) -> None:
    draft = Draft(
        "T",
        stem,
        (Option(SHOWN, part="gap"), Option("b", part="gap")),
        AnswerKey(frozenset()),
        kind="cloze",
        answer=StatedBlanks(blanks={"gap": ChoiceBlank(kind="inline_choice", key=1)}),
    )
    writer = Illustrator(FORMATS["moodle_xml"], lambda _: Stored(png(), "a.png"), is_packed=False)
    rendered, _, _ = writer.write(draft)
    assert rendered.content is not None
    assert rendered.content.count(b"<file ") == files
    told = [loss.instead for loss in rendered.losses if loss.code == "picture"]
    assert told == ([] if files else [LEFT])
