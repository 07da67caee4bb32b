"""What markdown becomes, and that nothing a browser would run can come out of it."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name

from formats.rendering import LARGEST_HTML, LONGEST_CODE, LONGEST_MARKDOWN, to_html
from formats.sanitising import ATTRIBUTES, CLASSES, REL, SCHEMES, TAGS, sanitise
from tests.cpu import soon
from tests.formats.hostile_markup import PAYLOADS

STATIC = Path(__file__).parents[2] / "web" / "static"


class Inspector(HTMLParser):
    """Lists every element, attribute, class and address outside the allow-list."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.offences: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.offences.append(f"<{tag}>")
        for name, value in attrs:
            if not self.allows(tag, name, value or ""):
                self.offences.append(f"<{tag} {name}={value!r}>")

    def allows(self, tag: str, name: str, value: str) -> bool:
        if name == "rel":
            return tag == "a" and value == REL
        if name == "class":
            return bool(value) and set(value.split()) <= CLASSES.get(tag, set())
        if name not in ATTRIBUTES.get(tag, set()):
            return False
        return name not in {"href", "src"} or self.leads_somewhere_safe(tag, value)

    def leads_somewhere_safe(self, tag: str, address: str) -> bool:
        seen_by_a_browser = re.sub(r"[\t\n\r]", "", address).lstrip("".join(map(chr, range(33))))
        scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", seen_by_a_browser)
        allowed = SCHEMES if tag == "a" else SCHEMES - {"mailto"}
        return scheme is None or scheme[1].lower() in allowed

    def handle_comment(self, data: str) -> None:
        self.offences.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.offences.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.offences.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.offences.append(f"<?{data}>")


def assert_safe(html: str) -> None:
    assert Inspector(html).offences == []
    assert sanitise(html) == html
    for tag in re.findall(r"<a\b[^>]*>", html):
        assert f'rel="{REL}"' in tag


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("*a* **b** ~~c~~", "<p><em>a</em> <strong>b</strong> <s>c</s></p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("a\nb", "<p>a\nb</p>"),
        ("[a](https://x.org)", f'<p><a href="https://x.org" rel="{REL}">a</a></p>'),
        ("[a](#b)", f'<p><a href="#b" rel="{REL}">a</a></p>'),
        ("<a@b.c>", f'<p><a href="mailto:a@b.c" rel="{REL}">a@b.c</a></p>'),
        ("![a *b*](c.png)", '<p><img src="c.png" alt="a b"></p>'),
        ("![a](//x.org/c.png)", '<p><img src="//x.org/c.png" alt="a"></p>'),
        ("H<sub>2</sub>O<br>x", "<p>H<sub>2</sub>O<br>x</p>"),
        ("5) a\n6) b", '<ol start="5">\n<li>a</li>\n<li>b</li>\n</ol>'),
        (
            "<details open><summary>a</summary>\n\n*b*\n\n</details>",
            '<details open=""><summary>a</summary>\n<p><em>b</em></p>\n</details>',
        ),
        ("a\0b\ud800c", "<p>a\ufffdb\ufffdc</p>"),
        ("", ""),
    ],
)
def test_markdown_becomes_html(markdown: str, html: str) -> None:
    assert to_html(markdown).strip() == html


def test_table_cells_are_aligned_by_attribute() -> None:
    html = to_html("|a|b|\n|:-:|-|\n|1|2|")
    assert '<th align="center">a</th>\n<th>b</th>' in html
    assert '<td align="center">1</td>\n<td>2</td>' in html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a $x<y$ b", '<p>a <span class="math inline">x&lt;y</span> b</p>'),
        (r"$\frac{a_1}{b_1}$", r'<p><span class="math inline">\frac{a_1}{b_1}</span></p>'),
        ("$$x^2$$", '<div class="math display">x^2</div>'),
        ("$$\nx &= 1\n$$", '<div class="math display">x &amp;= 1</div>'),
        ("a $$x$$ b", '<p>a <span class="math display">x</span> b</p>'),
        ("$x$ < 3", '<p><span class="math inline">x</span> &lt; 3</p>'),
        ("$x$ <i>3</i> 4", '<p><span class="math inline">x</span> <i>3</i> 4</p>'),
        (r"\\$x$ <i>a</i>\\", '<p>\\<span class="math inline">x</span> <i>a</i>\\</p>'),
        ("$<b>$", '<p><span class="math inline">&lt;b&gt;</span></p>'),
    ],
)
def test_tex_is_kept_in_a_marked_element(markdown: str, html: str) -> None:
    assert to_html(markdown).strip() == html


@pytest.mark.parametrize(
    "prose",
    [
        "$5 and $6",
        "costs $5, or $6.",
        "from $5-$6",
        "US$5 and US$6",
        r"\$a\$ and \$b\$",
        "2$x$",
        "$ x $",
        "a $HOME b",
    ],
)
def test_money_is_not_tex(prose: str) -> None:
    assert to_html(prose).strip() == f"<p>{prose}</p>".replace("\\", "")


@pytest.mark.parametrize(
    "info",
    [
        "python",
        "Python",
        "py",
        "{python}",
        "{.python}",
        " {.python}",
        "{#a .python .b}",
        "{.python .numberLines}",
        "{python, echo=FALSE}",
        'python {filename="a.py"}',
    ],
)
def test_code_is_marked_with_the_classes_of_pygments(info: str) -> None:
    html = to_html(f"```{info}\n\nif x: pass\n```")
    assert html.startswith('<pre class="highlight"><code>\n<span class="k">if</span>')


@pytest.mark.parametrize("info", ["", "nonesuch", "{=html}", "{}", "{"])
def test_code_in_no_known_language_is_plain(info: str) -> None:
    html = to_html(f"```{info}\n<b>\n```")
    assert html == '<pre class="highlight"><code>&lt;b&gt;\n</code></pre>\n'


def test_code_beyond_the_limit_is_plain() -> None:
    block = "```c\nint i;" + "\n" * (LONGEST_CODE // 2) + "\n```\n\n"
    assert to_html(block * 2).count('<span class="kt">') == 1


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a\n::: {.callout-note}\n*b*\n:::\nc", "<p>a</p>\n<p><em>b</em></p>\n<p>c</p>"),
        (":::: {.columns}\n\n::: {.column}\na\n:::\n\n::::", "<p>a</p>"),
        ("::: warning :::\na\n:::", "<p>a</p>"),
        ("- a\n\n  ::: {.x}\n  b\n  :::", "<ul>\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n</ul>"),
        ("a ::: b", "<p>a ::: b</p>"),
        ("![a](b.png){width=50%}", '<p><img src="b.png" alt="a"></p>'),
        ('![a](b.png){#c .d onerror="x"}', '<p><img src="b.png" alt="a"></p>'),
        ("[a](b){target=_blank}", f'<p><a href="b" rel="{REL}">a</a></p>'),
        ("`a`{.r} `b`{2}", "<p><code>a</code> <code>b</code>{2}</p>"),
        ("[a]{.underline} and x[i]{1}", "<p><span>a</span> and x[i]{1}</p>"),
    ],
)
def test_what_quarto_adds_is_not_shown(markdown: str, html: str) -> None:
    assert to_html(markdown).strip() == html


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", ["{}", "a {} b", "- {}", "|a|\n|-|\n|{}|", "<div>\n\n{}"])
def test_hostile_markup_is_disarmed(payload: str, place: str) -> None:
    assert_safe(to_html(place.replace("{}", payload)))


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_scripts_and_styles_go_with_what_they_hold() -> None:
    assert to_html("a<script>b</script><style>c</style>d").strip() == "<p>ad</p>"


def test_ids_styles_targets_and_unknown_classes_go() -> None:
    html = to_html('<a id="b" style="color:red" target="_blank" class="c" href="d">e</a>')
    assert html.strip() == f'<p><a href="d" rel="{REL}">e</a></p>'
    assert to_html('<span class="k evil">a</span>') == '<p><span class="k">a</span></p>\n'


PIECES = (
    "< > / = ' \" & ; # ! - -- ` ``` * _ ~~ $ $$ | ::: { } [ ] ( ) \\ \n \n\n \t : \0 \ud800"
    " a b 1 <a <b> <i> <p> <pre> <table> <td> <tr> <div> <span> <li> <ul> <svg> <math> <style>"
    " <script> <mtext> <title> <select> <form> <button> <h1> <code> <dd> </a> </b> </p> </div>"
    " </table> </svg> </style> </script> <!-- --> <![CDATA[ ]]> href= src= onload= class="
    " javascript: data: &#x6a; &colon; &Tab; python {.python} ![ ]("
)
PIECE = st.sampled_from(PIECES.split(" "))
MARKUP = st.lists(PIECE | st.text(max_size=4), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.text() | MARKUP)
def test_any_text_becomes_safe_html(markdown: str) -> None:
    html = to_html(markdown)
    assert_safe(html)
    assert to_html(markdown) == html


UNCLOSED = "".join(f"<{tag}>" for tag in ("b", "i", "em", "code", "font", "u") for _ in range(3))
HOSTILE = [
    *("[", "![", "[![a](", "*", "**a _b ", "_", "`", "`a`{", "~~a ", ">", "- ", "1. ", "#\n"),
    *("<", "<a ", "<!--", "<b lang='", "&", "$", "$$\n", "|", ":::{\n", "[a]: b\n", "\n", " "),
    *("<div>", "<ul><li>", "<b><p>", "<a><table>", "<svg><g>", "<details>", "```c\n\n```\n"),
    *("\\", "a", "x=1 "),
]


BOUND = 4.0  # seconds; what grows with the square of the text takes minutes


def assert_bounded(markdown: str) -> None:
    with soon(BOUND):
        html = to_html(markdown)
    assert len(html) <= max(LARGEST_HTML, 6 * len(markdown))


@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_text_takes_bounded_time(pattern: str) -> None:
    assert_bounded((pattern * 2**20)[: 2**20])
    assert_bounded((pattern * LONGEST_MARKDOWN)[:LONGEST_MARKDOWN])


@pytest.mark.parametrize(
    "text",
    [
        UNCLOSED + "#\n" * 20_000,
        "".join(f"<b lang={n}>" for n in range(2_000)) + "<p>" * 6_000,
        "|a" * 250 + "|\n" + "|-" * 250 + "|\n" + "x\n" * 20_000,
        "```c\n" + "\n" * (LONGEST_CODE - 10),
    ],
    ids=["formatting", "formatting with attributes", "empty cells", "slow lexer"],
)
def test_a_small_text_does_not_grow_without_bound(text: str) -> None:
    assert_bounded(text[:LONGEST_MARKDOWN])


@pytest.mark.parametrize("text", ["*a* <b>\n" * 10_000, "<pre>" + "\n" * 100 + "a"])
def test_what_cannot_be_rendered_is_shown_as_written(text: str) -> None:
    written = text.replace("<", "&lt;").replace(">", "&gt;")
    assert to_html(text) == f"<pre><code>{written}</code></pre>"


def test_another_process_gives_the_same_html() -> None:
    text = "|a|\n|:-|\n|<a title=x href=y class=z>b</a>|\n\n```python\nx = 1\n```\n\n$y$"
    program = "import sys; from formats.rendering import to_html; print(to_html(sys.argv[1]))"
    run = subprocess.run([sys.executable, "-c", program, text], capture_output=True, check=True)
    assert run.stdout.decode() == to_html(text) + "\n"


def rules(style: str) -> str:
    sheet: str = HtmlFormatter(style=style).get_style_defs(".highlight")  # type: ignore[no-untyped-call]
    lines = sheet.splitlines()
    return "\n".join(line for line in lines if line.startswith(".highlight"))


def test_the_stylesheet_is_what_pygments_gives() -> None:
    dark = f"@media (prefers-color-scheme: dark) {{\n{rules('github-dark')}\n}}\n"
    expected = f"{rules('xcode')}\n{dark}"
    assert (STATIC / "code.css").read_text() == expected


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("name", "text"), [("xcode", "000000"), ("github-dark", "e6edf3")])
def test_every_colour_of_code_can_be_read(name: str, text: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1. White space has nothing to read."""
    style = get_style_by_name(name)
    for token, look in style:
        ground = look["bgcolor"] or style.background_color.lstrip("#")
        dark, light = sorted(luminance(c) for c in (look["color"] or text, ground[:6]))
        assert (light + 0.05) / (dark + 0.05) >= 4.5 or str(token) == "Token.Text.Whitespace"
