"""Slugs for the questions of one file that have the same title."""

from domain.questions import LONGEST_SLUG, Draft, content_hash

_DIGEST = 16  # characters; of two questions with one slug, they tell whether they are the same


class Slugs:
    """The slugs that the questions of a file were given so far.

    The second question of a title gets ``title-2``, and so on in the order of the file, so that
    the same file always gives the same slugs. A question that is there twice has one slug.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}  # of each slug, by what the question says

    def distinct(self, slug: str, draft: Draft) -> str:
        """The slug, with a number behind it if another question has it."""
        numbers = self._numbers.setdefault(slug, {})
        said = content_hash(draft)[:_DIGEST]
        if said not in numbers:
            numbers[said] = self._free(slug, len(numbers) + 1)
            self._numbers.setdefault(_numbered(slug, numbers[said]), {})[said] = 1
        return _numbered(slug, numbers[said])

    def _free(self, slug: str, number: int) -> int:
        while number > 1 and _numbered(slug, number) in self._numbers:
            number += 1
        return number


def _numbered(slug: str, number: int) -> str:
    end = "" if number == 1 else f"-{number}"
    return slug[: LONGEST_SLUG - len(end)].rstrip("-") + end
