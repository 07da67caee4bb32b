"""A file that is too large is refused before it is read as a whole."""

from io import BytesIO

import pytest

from formats import FORMATS

STREAMED = {"moodle_xml", "gift", "aiken", "jsonl", "csv"}
MOST = 16 * 2**20 + 1  # bytes


class Measured(BytesIO):
    """Bytes that know how many of them were taken at most at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - STREAMED))
def test_no_more_of_a_file_is_taken_than_one_may_have(name: str) -> None:
    stream = Measured(b"<" + b"x" * (MOST + 2**20))
    (parsed,) = FORMATS[name].parse(stream)
    assert [problem.code for problem in parsed.problems] == ["too_large"]
    assert 0 < stream.most <= MOST
