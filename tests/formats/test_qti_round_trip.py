"""What is written is read back as it was, but for what is reported as lost."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from domain.questions import Draft
from formats import FORMATS
from tests.formats.qti_drafts import drafts

LOOKS = {"math_as_tex", "option_reference", "markup", "picture"}  # of players, not of the file
VERSIONS = ("qti3", "qti22", "qti21")


@pytest.mark.parametrize("name", VERSIONS)
@given(draft=drafts)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_draft_is_read_back(name: str, draft: Draft) -> None:
    form = FORMATS[name]
    written = form.render(draft)
    assert written.content is not None
    (read,) = form.read(written.content)
    assert read.problems == ()
    assert read.draft == replace(draft)
    assert {loss.code for loss in written.losses} <= LOOKS
    assert {loss.code for loss in read.losses} <= {"picture"}
