"""Files with several questions: each is named by what it says, not by the file."""

from operations.prepare_import import Source, prepare_source

GIFT = b"::North Sea::Which?{=a ~b}\n\n::Black Sea::Which?{=a ~b}\n\n// [slug:own]\nWhich?{=a ~b}\n"


def test_each_question_of_a_file_has_a_slug_of_its_own() -> None:
    found = list(prepare_source(Source("rivers.txt", GIFT)))
    assert [one.slug for one in found] == ["north-sea", "black-sea", "own"]
    assert all(one.fits for one in found)


def test_the_only_question_of_a_file_is_named_by_the_file() -> None:
    (found,) = prepare_source(Source("rivers.txt", GIFT.partition(b"\n\n")[0]))
    assert found.slug == "rivers"
