"""Pictures both ways: brought in, written in each format, read by an empty bank as the same."""

import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select

from domain.pictures import pictures_of
from domain.questions import Draft, Explanation, Option, content_hash
from formats import FORMATS
from models import Database, Media, QuestionVersion, now
from operations.convert_questions import convert_questions
from operations.export_all import export_all
from operations.export_questions import export_questions, is_packed
from operations.find_sources import find_sources
from operations.import_many import import_many
from operations.prepare_import import Source, prepare_source, prepare_sources
from tests.factories import Bank, draft
from tests.pictures import gif, png, question, svg, zipped

CARRYING = ("quarto", "markdown", "jsonl", "qti3", "qti22", "qti21", "qti12", "moodle_xml")
FILES = {
    "one.qmd": question("<img/a plot.png>", "why.gif", title="One"),
    "two.qmd": question("same.png", "b.svg", title="Two"),
    "img/a plot.png": png(),
    "same.png": png(),
    "why.gif": gif(),
    "b.svg": svg(),
}


def bring(database: Database, data: bytes, name: str = "a.zip") -> list[str]:
    """Import a file; the outcomes."""
    prepared = prepare_sources(tuple(find_sources(name, data)))
    items = database.write(
        lambda session: import_many(session, prepared=prepared, at=now(), claims={})
    )
    assert not [one for item in items for one in item.problems if one.severity == "error"]
    return [item.outcome for item in items]


def write(database: Database, form: str, slugs: tuple[str, ...] = ()) -> tuple[bytes, list[str]]:
    """The exported file, and the codes of what it leaves out of pictures."""
    with database.read() as session:
        packed = is_packed(session, FORMATS[form], (), slugs)
        out = io.BytesIO()
        written = export_questions(session, form=FORMATS[form], out=out, packed=packed, slugs=slugs)
        codes = [loss.code for one in written for loss in one.losses]
    return out.getvalue(), [code for code in codes if code == "picture"]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def told(drafts: Iterator[Draft]) -> list[tuple[str, ...]]:
    """What drafts show, and where."""
    return [(one.prompt, *(option.text for option in one.options), one.explanation.text)
            for one in sorted(drafts, key=lambda one: one.title)]  # fmt: skip


def read_back(data: bytes) -> list[Draft]:
    prepared = prepare_sources(tuple(find_sources("a.zip" if data[:2] == b"PK" else "a.xml", data)))
    assert not [one for each in prepared for one in each.problems if one.severity == "error"]
    return [each.draft for each in prepared if each.draft]


@pytest.fixture
def drafts(database: Database) -> list[Draft]:
    assert bring(database, zipped(FILES)) == ["created", "created"]
    return read_back(zipped(FILES))


@pytest.mark.parametrize("form", CARRYING)
def test_what_is_written_is_read_with_the_same_pictures(
    database: Database, drafts: list[Draft], form: str
) -> None:
    data, lost = write(database, form)
    back = read_back(data)
    assert told(iter(back)) == told(iter(drafts))
    assert [set(pictures_of(one)) for one in back] == [set(pictures_of(one)) for one in drafts]
    assert lost == []
    if form in ("quarto", "jsonl"):
        assert [content_hash(one) for one in back] == [content_hash(one) for one in drafts]
        assert bring(database, data) == ["unchanged", "unchanged"]
    assert write(database, form) == (data, [])


def test_a_folder_goes_through_an_export_into_an_empty_bank(
    database: Database, own_database: Database, tmp_path: Path
) -> None:
    bring(own_database, zipped(FILES))
    dead = ("gone.png", "../../gone.png", "/gone.png", f"media/{'ab' * 32}.png")
    Bank(own_database).publish(draft(prompt=" ".join(f"![a]({path})" for path in dead)))
    with own_database.read() as session:
        list(export_all(session, tmp_path / "all"))
    files = sorted(path.relative_to(tmp_path) for path in (tmp_path / "all").rglob("*.*"))
    assert [path.name for path in files if path.suffix == ".qmd"] == [
        "one.qmd", "rivers.qmd", "two.qmd"
    ]  # fmt: skip
    assert len(files) == 6
    prepared = [
        one
        for path in sorted((tmp_path / "all").glob("*.qmd"))
        for one in prepare_sources((Source(path.name, path),))
    ]
    database.write(lambda session: import_many(session, prepared=prepared, at=now(), claims={}))
    hashes = select(QuestionVersion.content_hash).order_by(QuestionVersion.title)
    media = select(Media.sha256).order_by(Media.sha256)
    with database.read() as session, own_database.read() as other:
        assert session.scalars(hashes).all() == other.scalars(hashes).all()
        assert session.scalars(media).all() == other.scalars(media).all()


def test_a_picture_is_in_a_zip_once_under_its_old_name(
    database: Database, drafts: list[Draft]
) -> None:
    data, _ = write(database, "quarto")
    pictures = sorted(name for name in members(data) if not name.endswith(".qmd"))
    assert [re.sub("/[0-9a-f]{12}", "/", name) for name in pictures] == sorted(
        ["media/-a-plot.png", "media/-b.svg", "media/-why.gif"],
        key=lambda name: next(one for one in pictures if one.endswith(name[6:])),
    )
    assert all(f"![a plot]({name})".encode() in members(data)["one.qmd"] for name in pictures
               if name.endswith("plot.png"))  # fmt: skip


@pytest.mark.parametrize("form", ["quarto", "markdown", "jsonl"])
def test_a_file_without_pictures_is_no_zip(database: Database, form: str) -> None:
    bring(database, zipped({"a.qmd": question("https://example.org/a.png")}))
    data, lost = write(database, form, ("a",))
    assert not data.startswith(b"PK")
    assert lost == []


def test_the_index_of_a_package_names_the_pictures_of_each_item(
    database: Database, drafts: list[Draft]
) -> None:
    for form in ("qti3", "qti22", "qti21"):
        files = members(write(database, form)[0])
        index = etree.fromstring(files["imsmanifest.xml"])
        for resource in index.iterfind(".//{*}resource"):
            named = [file.get("href") for file in resource.iterfind("{*}file")]
            shown = re.findall(rb'src="(media/[^"]*)"', files[named[0] or ""])
            assert [one.decode() for one in shown] == named[1:]
            assert len(shown) == 2
            assert set(named) <= files.keys()


def test_a_cartridge_names_its_pictures_as_web_content(
    database: Database, drafts: list[Draft]
) -> None:
    files = members(write(database, "qti12")[0])
    index = etree.fromstring(files["imsmanifest.xml"])
    pictures = [name for name in files if name.startswith("media/")]
    resources = index.findall(".//{*}resource[@type='webcontent']")
    assert [one.get("href") for one in resources] == pictures
    needed = [one.get("identifierref") for one in index.iterfind(".//{*}dependency")]
    assert needed == [one.get("identifier") for one in resources]
    assert files["questions.xml"].count(b"$IMS-CC-FILEBASE$/media/") >= 4


def test_moodle_has_each_picture_behind_the_text_that_shows_it(
    database: Database, drafts: list[Draft]
) -> None:
    quiz = etree.fromstring(write(database, "moodle_xml")[0])
    (first, _) = quiz.findall("question")
    assert [file.get("name", "")[12:] for file in first.iterfind("questiontext/file")] == [
        "-a-plot.png"
    ]
    assert [file.text for file in first.iterfind("generalfeedback/file")] == [
        b64encode(gif()).decode()
    ]
    text = first.findtext("questiontext/text") or ""
    assert re.search(r"!\[a plot\]\(@@PLUGINFILE@@/[0-9a-f]{12}-a-plot\.png\)", text)


@pytest.mark.parametrize("form", ["gift", "aiken", "csv", "rexams"])
def test_a_format_without_pictures_tells_what_it_leaves_out(database: Database, form: str) -> None:
    bring(database, zipped(FILES))
    assert write(database, form)[1].count("picture") >= 2 or form == "aiken"


MOODLE = b"""<quiz><question type="multichoice"><name><text>M</text></name>
<questiontext format="html"><text><![CDATA[<p>See
 <img src="@@PLUGINFILE@@/sub/a%20b.png" alt="A map">
 <img src="data:image/png;base64,@3" alt="in the text"></p>]]></text>
<file name="a b.png" path="/sub/" encoding="base64">@1</file></questiontext>
<single>true</single>
<answer fraction="100" format="html">
<text><![CDATA[<img src="@@PLUGINFILE@@/x.png" alt="x">]]></text>
<file name="x.png" path="/" encoding="base64">@1</file></answer>
<answer fraction="0" format="html">
<text><![CDATA[<img src="@@PLUGINFILE@@/x.png" alt="x">]]></text>
<file name="x.png" path="/" encoding="base64">@2</file></answer>
</question></quiz>"""


def test_moodle_files_come_along_also_two_of_one_name(database: Database) -> None:
    spelled = {b"@1": png(), b"@2": gif(), b"@3": png(shade=9)}
    data = MOODLE
    for name, content in spelled.items():
        data = data.replace(name, b64encode(content))
    (prepared,) = prepare_source(Source("a.xml", data))
    assert prepared.problems == ()
    assert {one.content for one in prepared.pictures} == {*spelled.values()}
    assert prepared.draft
    one, other = (option.text for option in prepared.draft.options)
    assert one != other
    assert one.startswith("![x](media/")
    assert prepared.draft.prompt.count("![") == 2
    assert bring(database, data, "a.xml") == ["created"]


def test_a_moodle_file_that_is_no_picture_is_refused() -> None:
    data = MOODLE.replace(b"@1", b64encode(b"<script>")).replace(b"@2", b64encode(gif()))
    (prepared,) = prepare_source(Source("a.xml", data.replace(b"@3", b64encode(png()))))
    errors = [one for one in prepared.problems if one.severity == "error"]
    assert {one.code for one in errors} == {"unknown_media_type"}
    assert all(one.line for one in errors)


QTI12 = b"""<questestinterop><assessment ident="a"><section ident="s"><item ident="i" title="C">
<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
<fieldentry>cc.multiple_choice.v0p1</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">
&lt;p&gt;Look
&lt;img src="$IMS-CC-FILEBASE$/Uploaded%20Media/a.png?canvas_download=1" alt="A"&gt;&lt;/p&gt;
</mattext></material><response_lid ident="response1" rcardinality="Single"><render_choice>
<response_label ident="1"><material><mattext>Up</mattext></material></response_label>
<response_label ident="2"><material><mattext>Down</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/>
</outcomes><respcondition continue="No"><conditionvar><varequal respident="response1">1</varequal>
</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>
</item></section></assessment></questestinterop>"""


@pytest.mark.parametrize(
    "path", ["web_resources/Uploaded Media/a.png", "Uploaded Media/a.png", "x/Uploaded Media/a.png"]
)
def test_a_cartridge_finds_its_pictures_where_systems_put_them(path: str) -> None:
    sources = find_sources("a.imscc.zip", zipped({"x/quiz.xml": QTI12, path: png()}))
    (prepared,) = prepare_sources(tuple(sources))
    assert [one.code for one in prepared.problems if one.severity == "error"] == []
    assert [one.content for one in prepared.pictures] == [png()]
    assert [one.file for one in prepared.pictures] == ["a.png"]


def test_files_are_converted_with_their_pictures(tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(zipped(FILES))
    for form, target in (("qti3", "a.zip"), ("moodle_xml", "a.xml"), ("jsonl", "b.zip")):
        written, _ = convert_questions(
            tmp_path / "in.zip", tmp_path / target, form="auto", to=FORMATS[form]
        )
        assert "picture" not in [loss.code for one in written for loss in one.losses]
        back = read_back((tmp_path / target).read_bytes())
        assert told(iter(back)) == told(iter(read_back(zipped(FILES))))
    written, _ = convert_questions(
        tmp_path / "in.zip", tmp_path / "c.jsonl", form="auto", to=FORMATS["jsonl"]
    )
    assert [loss.code for one in written for loss in one.losses] == ["picture"] * 4


def test_words_for_a_picture_are_kept(database: Database) -> None:
    words = draft(
        prompt='![An *old* map [1]](a.png) and <img src="a.png" alt="as HTML">',
        explanation=Explanation("![Why](a.png)"),
        options=(Option("![One](a.png)"), *draft().options[1:]),
        tags=(),
    )
    rendered = FORMATS["quarto"].render(replace(words, slug="rivers"))
    assert rendered.content
    bring(database, zipped({"rivers.qmd": rendered.content, "a.png": png()}))
    for form in CARRYING:
        (back,) = read_back(write(database, form)[0])
        assert "An *old* map" in back.prompt.replace("\\", "") or form in {"qti12"}
        assert back.explanation.text.startswith("![Why](media/")
