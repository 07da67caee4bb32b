"""The part of our markdown that a fast parser reads alike, to HTML that needs no sanitising.

Plain are words, emphasis, code in a line, headings, lists, quotations, TeX between single dollars
and links to the web. There pyromark writes what markdown-it-py and the sanitiser write together,
in a tenth of the time; ``tests/formats/test_plain_markdown.py`` compares them. All else is left to
:mod:`formats.rendering`: raw HTML, entities, tables, fences, pictures, attributes, other links.
"""

import re

from pyromark import Markdown, Options

from formats.sanitising import REL

MOST_BRACKETS = 8  # beyond 20 inside of each other, markdown-it-py stops looking

_SENTENCE = re.compile(r"(?![0-9]++[.)](?: |\Z))[A-Za-z0-9][A-Za-z0-9 .,;:?!'\"()/%=+^@-]*+(?<! )")
# TeX as both find it: no digit or letter at its dollars, its braces in pairs.
_TEX = r"(?:[^$\n`\[\]<\"{}\\]|\\[^$\n`\[\]<\"{}])"
for _ in range(3):
    _TEX = rf"(?:{_TEX}|\{{{_TEX}*+\}})"
_MATHS = re.compile(rf"(?<![\w$\\])\$(?![\s$]){_TEX}*+(?<!\s)\$(?![\w$])")
_LINK = re.compile(r"\]\(https?://[a-z0-9.-]++(?:/[\w./?#=+,:@&;-]*+)?\)", re.ASCII)
_BEYOND = re.compile(
    r"""
    [^A-Za-z0-9\x20\n.,;'"(/%=+^@}-]  # a character that is more than a word's, then why
    (?: # One of the parsers counts it as blank or rewrites it.
        (?<=[^\n\x20-\x7e\xa1-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\ud7ff\U00010000-\U0003ffff])
        # It begins what is not plain.
      | (?<=[|$]) | (?<=~)~ | (?<=[`\\])` | (?<=:):: | (?<=!)\[ | (?<=\])[(:\[] | (?<=[\])`>])\{
      | (?<=<)[a-zA-Z/!?] | (?<=&)[\#a-zA-Z]
        # Emphasis next to what a younger Unicode may call punctuation.
      | (?<=[*_])[^\x00-\x7f\w] | (?<=[^\x00-\x7f\w])[*_]
        # A line break or none.
      | (?<=\\)\x20++(?![^\n])
    )
    """,
    re.VERBOSE,
)
# A line that nests deep, begins an empty item or quotation, or goes on with one far to the right.
_ODD_LINE = (
    r"(?:[ >*+\-0-9.)]{8}|[ >]*[ ]{4}[ ]*>"
    r"|[ ]*+(?:>|(?:[*+-]|[0-9]++[.)])(?![^ \n]))[ >*+\-0-9.)]*+(?![^\n]))"
)
_FIRST_LINE, _NEXT_LINE = re.compile(_ODD_LINE), re.compile("\n" + _ODD_LINE)
_OPEN_LINK = re.compile(r'(<a href="[^"]*+")>')
_MARKDOWN = Markdown(options=Options.ENABLE_MATH)


def plain_to_html(markdown: str) -> str | None:
    """What :func:`~formats.rendering.to_html` says of a plain text; ``None`` if it is not plain."""
    if _SENTENCE.fullmatch(markdown):
        return f"<p>{markdown}</p>\n"
    if not _is_plain(markdown):
        return None
    # Code at the end keeps its last line break only if there is one. Whatever looks like a tag
    # now is one: the words of the author have their brackets as entities.
    html: str = _MARKDOWN.html(markdown + "\n")
    if "$" in markdown:
        html = html.replace('<span class="math math-inline">', '<span class="math inline">')
        html = html.replace("&#39;", "'")
    if "](" in markdown:
        html = _OPEN_LINK.sub(rf'\1 rel="{REL}">', html)
    return html.replace(" />", ">")


def _is_plain(markdown: str) -> bool:
    left = _MATHS.sub("x", markdown) if "$" in markdown else markdown
    if left is not markdown and "{" in left:
        return False
    left = _LINK.sub(")", left) if "](" in left else left
    return not (
        _BEYOND.search(left)
        or _FIRST_LINE.match(left)
        or _NEXT_LINE.search(left)
        or markdown.count("[") > MOST_BRACKETS
        or ("`" in left and not all(line.count("`") % 2 == 0 for line in left.split("\n")))
    )
