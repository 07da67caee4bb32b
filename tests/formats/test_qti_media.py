"""What items of QTI show beside texts: pictures are carried, nothing is left out in silence."""

from base64 import b64encode

import pytest

from domain.questions import Draft
from formats import FORMATS
from formats.format import Parsed
from operations.prepare_import import Source, prepare_source
from tests.operations.test_picture_round_trips import QTI12
from tests.pictures import png

STEM = QTI12.partition(b"<material>")[2].partition(b"</material>")[0]
DATA = b64encode(png()).decode()
QTI3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i"
 title="Media" adaptive="false" time-dependent="false">
<qti-response-declaration identifier="R" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-item-body>{}<qti-choice-interaction response-identifier="R" max-choices="1">
<qti-simple-choice identifier="A">Up</qti-simple-choice>
<qti-simple-choice identifier="B">Down</qti-simple-choice></qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"""


def read12(stem: str, option: str = "<mattext>Up</mattext>") -> tuple[Draft, Parsed]:
    """An item of QTI 1.2 whose stem and first option are of this material."""
    data = QTI12.replace(STEM, stem.encode()).replace(b"<mattext>Up</mattext>", option.encode())
    (parsed,) = FORMATS["qti12"].read(data)
    assert parsed.draft, parsed.problems
    return parsed.draft, parsed


def told(parsed: Parsed) -> list[tuple[str, str]]:
    assert all(loss.path and loss.instead for loss in parsed.losses)
    return [(loss.code, loss.what) for loss in parsed.losses if loss.code in ("media", "picture")]


def test_images_of_material_are_carried_in_their_order() -> None:
    draft, parsed = read12(
        '<mattext>Look:</mattext><matimage imagtype="image/png" uri="img/a b.png" label="A [map]"/>'
        "<matbreak/><matemtext>now</matemtext>",
        '<matimage uri="up.png"/>',
    )
    assert draft.prompt == "Look:\n\n![A \\[map\\]](<img/a b.png>)\n\nnow"
    assert draft.options[0].text == "![](up.png)"
    assert told(parsed) == []


def test_an_image_in_the_file_itself_is_kept_as_a_picture() -> None:
    image = (
        f'<matimage imagtype="image/png" embedded="base64">\n{DATA[:20]}\n{DATA[20:]}</matimage>'
    )
    data = QTI12.replace(STEM, b"<mattext>Look:</mattext>" + image.encode())
    (prepared,) = prepare_source(Source("a.xml", data))
    assert [one.content for one in prepared.pictures] == [png()]
    assert not [one for one in prepared.problems if one.severity == "error"]
    assert prepared.losses == ()


@pytest.mark.parametrize(
    "name",
    [
        "mataudio",
        "matvideo",
        "matapplet",
        "matapplication",
        "matref",
        "mat_extension",
        "altmaterial",
    ],
)
def test_other_material_is_told(name: str) -> None:
    draft, parsed = read12(f'<mattext>Look</mattext><{name} uri="a.bin">x</{name}>')
    assert draft.prompt == "Look"
    assert told(parsed) == [("media", f"A medium in `{name}`.")]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("<mattext>Look</mattext><matimage/>", ("picture", "The picture ''.")),
        (
            '<mattext texttype="text/html">&lt;video src="a.mp4"&gt;words&lt;/video&gt;</mattext>',
            ("media", "A medium in `video`."),
        ),
        (
            '<mattext texttype="text/html">Look &lt;iframe src="a"&gt;&lt;/iframe&gt;</mattext>',
            ("media", "A medium in `iframe`."),
        ),
        (
            '<mattext texttype="text/xhtml">Look <object data="a.swf" type="x/y"/></mattext>',
            ("media", "A medium in `object`."),
        ),
    ],
)
def test_what_no_text_can_show_is_told(stem: str, expected: tuple[str, str]) -> None:
    assert told(read12(stem)[1]) == [expected]


def test_an_image_where_nothing_is_read_is_told() -> None:
    image = b'</render_choice><material><matimage uri="lost.png"/></material></response_lid>'
    data = QTI12.replace(b"</render_choice></response_lid>", image)
    (parsed,) = FORMATS["qti12"].read(data)
    assert told(parsed) == [("picture", "The picture 'lost.png'.")]


@pytest.mark.parametrize(
    ("body", "prompt", "losses"),
    [
        ('<p>a <img src="b.png" alt="c"/></p>', "a ![c](b.png)", []),
        ('<p>a <object data="b c.png" type="image/png">c</object></p>', "a ![c](<b c.png>)", []),
        ('<p>a <object data="b.svg"/></p>', "a ![](b.svg)", []),
        ('<p>a <object data="b.mp4" type="video/mp4">c</object></p>', "a c", ["object"]),
        ('<p>a <audio src="b.mp3">c</audio></p>', "a c", ["audio"]),
        ('<p>a <video><source src="b.mp4"/></video></p>', "a", ["video"]),
        ('<p>a <iframe src="b"/></p>', "a", ["iframe"]),
    ],
)
def test_media_of_an_item_are_carried_or_told(body: str, prompt: str, losses: list[str]) -> None:
    (parsed,) = FORMATS["qti3"].read(QTI3.format(body).encode())
    assert parsed.draft, parsed.problems
    assert parsed.draft.prompt == prompt
    assert told(parsed) == [("media", f"A medium in `{name}`.") for name in losses]


def test_a_picture_that_no_text_shows_is_told() -> None:
    image = '<img src="b.png" alt=""/>'
    aside = (
        f'<qti-feedback-inline identifier="x" outcome-identifier="F">{image}</qti-feedback-inline>'
    )
    (parsed,) = FORMATS["qti3"].read(QTI3.format(f"<p>a{aside}</p>").encode())
    assert told(parsed) == [("picture", "The picture 'b.png'.")]
