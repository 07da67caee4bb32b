"""Texts that try to run a script: over three hundred, through every field and format."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from domain.questions import AnswerKey, Combination, Draft, Explanation, Option, Reference
from formats import FORMATS
from formats.writing import write_file
from operations.prepare_import import Prepared, Source, prepare_each
from tests.formats.hostile_markup import PAYLOADS as MARKUP

AROUND = ("{}", "\"'>{}", "--></title></textarea></script>{}")
PAYLOADS = [around.replace("{}", one) for one in MARKUP for around in AROUND]
RUNNING = {"applet", "base", "embed", "frame", "frameset", "iframe", "object", "portal", "style"}
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "xlink:href", "ping"}
HARMLESS = {"", "http", "https", "mailto", "data"}
GIVES_CODE = {"script", "link", "form"}  # their addresses are of this host

Said = Callable[[str], str]


def hostile_draft(text: str, slug: str = "hostile") -> Draft:
    """A question with the text in every field that takes one."""
    plain = " ".join(text.split())
    return Draft(
        title=plain[:200],
        prompt=text,
        slug=slug,
        options=(Option(f"{text} a", feedback=text), Option(f"{text} b", feedback=text)),
        key=AnswerKey(frozenset({1})),
        explanation=Explanation(
            text, (Reference(plain[:90], "https://example.org/a", plain, plain),)
        ),
        tags=("tag",),
        hints=(text,),
        combinations=(Combination(frozenset({2}), text),),
    )


def files_with(text: str) -> Iterator[tuple[str, bytes]]:
    """The question as a file of each format, as far as the format can say it."""
    draft = hostile_draft(text)
    poorer = replace(draft, explanation=Explanation(), hints=(), combinations=(), tags=())
    for form in FORMATS.values():
        for said in (draft, poorer) if form.is_written else ():
            out = BytesIO()
            if all(told.is_in for told in write_file(form, [said], out)):
                yield form.name, out.getvalue()
                break
    plain = " ".join(text.split())
    quoted = json.dumps(plain)
    answer = f'{{"answer": {quoted}, "correct": true, "feedback": {quoted}}}'
    yield (
        "jupyterquiz",
        f"""[{{"question": {quoted}, "type": "many_choice", "answers": [{answer},
        {{"answer": "b", "correct": false, "feedback": {quoted}}}]}}]""".encode(errors="replace"),
    )
    yield (
        "mdbook_toml",
        f"""[[questions]]\ntype = "MultipleChoice"\nprompt.prompt = {quoted}
        prompt.distractors = ["b"]\nanswer.answer = {quoted}\ncontext = {quoted}\n""".encode(),
    )
    yield "aiken", f"{plain}\nA) {plain}\nB) b\nANSWER: A\n".encode(errors="replace")
    yield "text2qti", f"1. {plain}\n... {plain}\n*a) {plain}\nb) b\n".encode(errors="replace")
    shown = escape(plain, {'"': "&quot;"}).encode(errors="replace")
    yield (
        "moodle_xml",
        b"""<quiz><question type="multichoice"><name><text>%s</text></name>
        <questiontext format="html"><text>%s</text></questiontext><answer fraction="100"
        format="html"><text>%s</text><feedback><text>%s</text></feedback></answer><answer
        fraction="0"><text>b</text></answer></question></quiz>"""
        % ((shown,) * 4),
    )


def html_of(name: str, data: bytes) -> Iterator[str]:
    """All HTML that is made of a file."""
    for prepared in prepare_each((Source("a", data),), name):
        yield from _rendered(prepared)


def _rendered(prepared: Prepared) -> Iterator[str]:
    from_rows = prepared.rows
    if from_rows is not None:
        for name in from_rows.__slots__:
            yield from html_in(getattr(from_rows, name))


def html_in(value: Any, name: str = "") -> Iterator[str]:
    """The values named like HTML in a document, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from html_in(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from html_in(inner, name)
    elif isinstance(value, str) and name.endswith("html"):
        yield value


class Page(HTMLParser):
    """What on a page of ours could run or load what we did not write, and where it leads."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address, self.offences, self.links = address, list[str](), set[str]()
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what may not be there, and where a link leads."""
        stated = {name: value or "" for name, value in attrs}
        if tag in RUNNING or (tag == "meta" and stated.get("http-equiv", "").lower() == "refresh"):
            self.offences.append(f"<{tag}>")
        self._in_script = tag == "script" and "json" not in stated.get("type", "")
        for name, value in stated.items():
            leads = urlsplit(urljoin(self.address, value.strip()))
            foreign = leads.netloc != urlsplit(self.address).netloc
            if (
                name.startswith("on")
                or name in {"style", "srcdoc"}
                or (
                    name in ADDRESSES
                    and (leads.scheme not in HARMLESS or (tag in GIVES_CODE and foreign))
                )
            ):
                self.offences.append(f"<{tag} {name}={value!r}>")
            elif name == "href" and tag == "a" and not foreign:
                self.links.add(leads.path + (f"?{leads.query}" if leads.query else ""))

    def handle_data(self, data: str) -> None:
        """Script in the page itself is nobody's."""
        if self._in_script and data.strip():
            self.offences.append(f"<script>{data[:80]!r}")

    def handle_endtag(self, tag: str) -> None:
        """A script ends."""
        self._in_script = False
