"""Common Cartridge 1.1: many questions as one assessment, with the index that names it."""

from collections.abc import Iterable, Iterator

from formats.format import File

# What stands before and after the items of a file.
HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
    b'<assessment ident="questions" title="Questions"><section ident="root_section">\n'
)
TAIL = b"</section></assessment></questestinterop>\n"
CARTRIDGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
ASSESSMENT = "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"


def package(files: Iterable[File]) -> Iterator[File]:
    """A Common Cartridge 1.1: all questions as one assessment, and the index that names it."""
    items: list[bytes] = []
    pictures: list[str] = []
    for file in files:
        if file.is_picture:
            pictures.append(file.name)
            yield file
        else:
            items.append(file.content[len(HEAD) : -len(TAIL)])
    yield File("questions.xml", HEAD + b"".join(items) + TAIL)
    yield File("imsmanifest.xml", _manifest(pictures))


def _manifest(pictures: Iterable[str]) -> bytes:
    named = {f"picture-{place}": path for place, path in enumerate(pictures, 1)}
    needed = "".join(f'<dependency identifierref="{name}"/>' for name in named)
    resources = "".join(
        f'<resource identifier="{name}" type="webcontent" href="{path}"><file href="{path}"/>'
        "</resource>"
        for name, path in named.items()
    )
    general = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
    text = (
        f'<manifest xmlns="{CARTRIDGE}" xmlns:lomimscc="{general}" identifier="questions">'
        "<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.1.0</schemaversion>"
        "<lomimscc:lom><lomimscc:general><lomimscc:title><lomimscc:string>Questions"
        "</lomimscc:string></lomimscc:title></lomimscc:general></lomimscc:lom></metadata>"
        '<organizations><organization identifier="organization" structure="rooted-hierarchy">'
        '<item identifier="root"><item identifier="item" identifierref="assessment">'
        "<title>Questions</title></item></item></organization></organizations>"
        f'<resources><resource identifier="assessment" type="{ASSESSMENT}">'
        f'<file href="questions.xml"/>{needed}</resource>{resources}</resources></manifest>'
    )
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode() + b"\n"
