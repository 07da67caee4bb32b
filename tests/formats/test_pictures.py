"""Pictures that strangers send: what is taken, what is refused and why, in bounded time."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest

from formats.pictures import BadPicture, read_picture
from formats.pictures.check import LARGEST, MOST_PIXELS
from tests.cpu import soon
from tests.pictures import SVG, chunk, gif, jpeg, png, svg, webp

LONGEST = 5.0  # seconds of CPU for one hostile picture
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def doubled(levels: int) -> str:
    """Each level shows the one before ten times."""
    uses = (f'<g id="a{n}">{f"<use href=`#a{n - 1}`/>" * 10}</g>' for n in range(1, levels))
    return ('<g id="a0"><rect/></g>' + "".join(uses)).replace("`", '"')


@pytest.mark.parametrize(
    ("content", "ending", "type_", "size"),
    [
        (png(), "png", "image/png", (3, 2)),
        (png(extra=chunk(b"tEXt", b"Title\0A")), "png", "image/png", (3, 2)),
        (png() + b"\0\n", "png", "image/png", (3, 2)),
        (gif(), "gif", "image/gif", (3, 2)),
        (jpeg(), "jpg", "image/jpeg", (3, 2)),
        (jpeg(segments=b"\xff\xe1\x00\x06Exif\xff\xff"), "jpg", "image/jpeg", (3, 2)),
        (webp(), "webp", "image/webp", (3, 2)),
        (svg(), "svg", "image/svg+xml", (10, 10)),
        (b"\xef\xbb\xbf" + svg(), "svg", "image/svg+xml", (10, 10)),
        (b'<?xml version="1.0"?>\n<!-- a -->\n' + svg(), "svg", "image/svg+xml", (10, 10)),
    ],
)
def test_a_sound_picture_is_known_by_its_bytes(
    content: bytes, ending: str, type_: str, size: tuple[int, int]
) -> None:
    found = read_picture(content, "folder/what it was.exe")
    assert found.name == f"{sha256(found.content).hexdigest()}.{ending}"
    assert (found.type, (found.width, found.height)) == (type_, size)
    assert found.file == "what it was.exe"
    assert ending == "svg" or found.content == content
    assert read_picture(found.content).name == found.name


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("unknown_media_type", lambda: b""),
    "html": ("unknown_media_type", lambda: b"<html><script>alert(1)</script></html>"),
    "html with svg": ("unknown_media_type", lambda: b"<html>" + svg() + b"</html>"),
    "svg of another name space": ("unknown_media_type", lambda: b"<svg><rect/></svg>"),
    "script": ("unknown_media_type", lambda: b"alert(1)"),
    "pdf": ("unknown_media_type", lambda: b"%PDF-1.7"),
    "bitmap": ("unknown_media_type", lambda: b"BM" + bytes(50)),
    "packed svg": ("unknown_media_type", lambda: b"\x1f\x8b\x08" + bytes(50)),
    "png behind something": ("unknown_media_type", lambda: b"\0" + png()),
    "too large": ("large_picture", lambda: png() + bytes(LARGEST)),
    "png and html": ("trailing_bytes", lambda: png() + b"<script>alert(1)</script>"),
    "png and zip": ("trailing_bytes", lambda: png() + b"PK\x03\x04"),
    "gif and script": ("trailing_bytes", lambda: gif() + b"=1;alert(1)"),
    "jpeg and html": ("trailing_bytes", lambda: jpeg() + b"<script>"),
    "webp and html": ("trailing_bytes", lambda: webp() + b"<script>"),
    "gif that is a script": ("broken_picture", lambda: b"GIF89a/*" + bytes(9) + b"*/=1;alert(1)"),
    "only a magic number": ("broken_picture", lambda: b"\x89PNG\r\n\x1a\n"),
    "cut png": ("broken_picture", lambda: png()[:-6]),
    "damaged png": ("broken_picture", lambda: png().replace(b"IDAT", b"IDAX")),
    "png without data": ("broken_picture", lambda: png()[:33] + chunk(b"IEND", b"")),
    "png with two headers": (
        "broken_picture",
        lambda: png(extra=chunk(b"IHDR", bytes([0, 0, 0, 9] * 2 + [8, 0, 0, 0, 0]))),
    ),
    "cut gif": ("broken_picture", lambda: gif()[:-1]),
    "gif without frames": ("broken_picture", lambda: gif(frames=0)),
    "cut jpeg": ("broken_picture", lambda: jpeg()[:-2]),
    "jpeg without a size": ("broken_picture", lambda: b"\xff\xd8\xff\xd9"),
    "cut webp": ("broken_picture", lambda: webp()[:-2]),
    "webp that claims more": ("broken_picture", lambda: webp().replace(b"RIFF\x12", b"RIFF\xff")),
    "png bomb": ("too_many_pixels", lambda: png(50_000, 50_000)),
    "png of one long line": ("too_many_pixels", lambda: png(2**31 - 1, 1)),
    "png without pixels": ("too_many_pixels", lambda: png(0, 5)),
    "png just too large": ("too_many_pixels", lambda: png(10_000, MOST_PIXELS // 10_000 + 1)),
    "jpeg bomb": ("too_many_pixels", lambda: jpeg(65_535, 65_535)),
    "gif bomb": ("too_many_pixels", lambda: gif(65_535, 65_535)),
    "gif of frames": ("too_many_pixels", lambda: gif(6_000, 6_000, frames=100)),
    "moving png": (
        "too_many_pixels",
        lambda: png(6_000, 6_000, extra=chunk(b"acTL", b"\0\0\1\0\0\0\0\0")),
    ),
    "webp bomb": ("too_many_pixels", lambda: webp(16_384, 16_384)),
    "svg of any size": (
        "too_many_pixels",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9e9 9e9"/>',
    ),
    "png of many parts": ("broken_picture", lambda: png(extra=chunk(b"tEXt", b"") * 300_000)),
    "jpeg of filling": ("broken_picture", lambda: b"\xff\xd8" + b"\xff" * 5_000_000),
    "jpeg of a scan": ("broken_picture", lambda: jpeg()[:-2] + b"\xff\x00" * 2_500_000),
    "jpeg of headers": (
        "broken_picture",
        lambda: jpeg(segments=b"\xff\xe0\x00\x02" * 1_000_000),
    ),
    "gif of blocks": ("broken_picture", lambda: gif()[:-1] + b"\x21\xfe\x00" * 1_500_000),
    "svg with entities": ("svg_entities", lambda: ENTITIES.encode() + svg("<text>&b;</text>")),
    "svg with a file": (
        "svg_entities",
        lambda: b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("&a;"),
    ),
    "svg with a subset in two bytes": (
        "svg_entities",
        lambda: (ENTITIES + SVG.format("&b;")).encode("utf-16"),
    ),
    "svg with an unknown entity": ("broken_picture", lambda: svg("&a;")),
    "svg that is cut": ("broken_picture", lambda: svg()[:-6]),
    "deep svg": ("broken_picture", lambda: svg("<g>" * 100_000)),
    "svg of elements": ("svg_too_large", lambda: svg("<g/>" * 400_000)),
    "svg of attributes": (
        "svg_too_large",
        lambda: svg(f"<g {' '.join(f'a{n}=``' for n in range(300_000))}/>".replace("`", '"')),
    ),
    "svg that doubles": ("svg_bomb", lambda: svg(doubled(12))),
    "svg that shows itself": ("svg_bomb", lambda: svg('<g id="a"><use href="#a"/></g>')),
    "patterns that show each other": (
        "svg_bomb",
        lambda: svg('<pattern id="a"><rect fill="url(#a)"/></pattern><rect fill="url(#a)"/>'),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_picture_is_refused_with_its_code_in_time(name: str) -> None:
    code, make = REFUSED[name]
    content = make()
    with soon(LONGEST), pytest.raises(BadPicture) as refused:
        read_picture(content)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert refused.value.hint.endswith(".")


DATA = f"data:image/png;base64,{b64encode(png()).decode()}"
GONE = [
    "<script>alert(1)</script>",
    '<script xlink:href="https://example.org/a.js"/>',
    "<foreignObject><p>a</p></foreignObject>",
    '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    '<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="https://example.org"/>',
    "<iframe/>",
    '<animate attributeName="href" to="javascript:alert(1)"/>',
    '<set attributeName="onload" to="alert(1)"/>',
    "<style>@import url(https://example.org/a.css);</style>",
    "<style>* { fill: url(https://example.org/a) }</style>",
    "<style>* { fill: u\\72l(https://example.org/a) }</style>",
    "<style>* { background: image-set('https://example.org/a' 1x) }</style>",
    "<?xml-stylesheet href='https://example.org/a.css'?>",
    "<!-- <script>alert(1)</script> -->",
    "<metadata>who drew it</metadata>",
]
STRIPPED = [
    ('<g onload="alert(1)"/>', "<g/>"),
    ('<g ONCLICK="alert(1)"/>', "<g/>"),
    ('<use href="https://example.org/a.svg#b"/>', "<use/>"),
    ('<use xlink:href="//example.org/a.svg#b"/>', "<use/>"),
    ('<use href="data:image/svg+xml,a#b"/>', "<use/>"),
    ('<image href="https://example.org/a.png"/>', "<image/>"),
    ('<image href="a.png"/>', "<image/>"),
    ('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>', "<image/>"),
    ('<image href="data:image/png;base64,PHN2Zy8+"/>', "<image/>"),
    ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
    ('<a xlink:href="java&#10;script:alert(1)">a</a>', "<a>a</a>"),
    ('<rect fill="url(https://example.org/a#b)"/>', "<rect/>"),
    ('<rect style="fill: url(&quot;https://example.org/a&quot;)"/>', "<rect/>"),
    ('<rect style="fill: \\75rl(https://example.org/a)"/>', "<rect/>"),
    ('<rect filter="url( )" stroke="url("/>', "<rect/>"),
    ('<g xml:base="https://example.org/"/>', "<g/>"),
    ('<g xmlns:x="a:b" x:y="z"/>', "<g/>"),
]
KEPT = [
    '<rect fill="url(#a)"/>',
    '<use xlink:href="#a"/><g id="a"><path d="M0 0L1 1"/></g>',
    '<style>.a { stroke: red; fill: url(#b) }</style><text class="a">A &amp; B</text>',
    f'<image href="{DATA}"/>',
]


@pytest.mark.parametrize("inside", GONE)
def test_elements_that_do_more_than_draw_are_taken_out_of_an_svg(inside: str) -> None:
    assert read_picture(svg(f"<g>a{inside}b</g>")).name == read_picture(svg("<g>ab</g>")).name


@pytest.mark.parametrize(("inside", "left"), STRIPPED)
def test_attributes_that_do_more_than_draw_are_taken_out_of_an_svg(inside: str, left: str) -> None:
    assert read_picture(svg(inside)).name == read_picture(svg(left)).name


@pytest.mark.parametrize("inside", KEPT)
def test_a_drawing_stays_what_it_is(inside: str) -> None:
    shown = read_picture(svg(inside)).content.decode()
    assert shown.partition(">")[2].removesuffix("</svg>") == inside


def test_a_harmless_document_type_and_instructions_go() -> None:
    kind = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    before = b'<?xml version="1.0"?><?xml-stylesheet href="https://example.org/a.css"?>'
    content = read_picture(before + kind + svg()).content
    assert content == read_picture(svg()).content
    assert content.startswith(b"<svg")
