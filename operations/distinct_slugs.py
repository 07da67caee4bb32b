"""Slugs for the questions of one file that have the same title."""

from hashlib import blake2b

from domain.questions import LONGEST_SLUG, Draft, content_hash


class Slugs:
    """The slugs that the questions of a file were given so far.

    The second question of a title gets ``title-2``, and so on in the order of the file, so that
    the same file always gives the same slugs. A question that is there twice has one slug.

    Of slugs and questions only digests are kept, since a file may hold millions.
    """

    def __init__(self) -> None:
        self._first: dict[int, int] = {}  # what the question says that has the slug as it is
        self._others: dict[int, dict[int, int]] = {}  # the numbers of all others, by what they say

    def distinct(self, slug: str, draft: Draft) -> str:
        """The slug, with a number behind it if another question has it."""
        said = int(content_hash(draft)[:16], 16)
        if self._first.setdefault(_digest(slug), said) == said:
            return slug
        others = self._others.setdefault(_digest(slug), {})
        if said not in others:
            others[said] = self._free(slug, len(others) + 2)
            self._first.setdefault(_digest(_numbered(slug, others[said])), said)
        return _numbered(slug, others[said])

    def _free(self, slug: str, number: int) -> int:
        while _digest(_numbered(slug, number)) in self._first:
            number += 1
        return number


def _digest(slug: str) -> int:
    return int.from_bytes(blake2b(slug.encode(), digest_size=8).digest())


def _numbered(slug: str, number: int) -> str:
    end = f"-{number}"
    return slug[: LONGEST_SLUG - len(end)].rstrip("-") + end
