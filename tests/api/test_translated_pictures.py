"""A translation shows pictures of its own: only those that are there, told where its texts are."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from models import Database, Media, VersionMedia
from tests.api.authors import Json, Person, person
from tests.factories import Bank
from tests.pictures import gif, png, svg

DE = "rivers/translations/de"
GERMAN = {"Accept-Language": "de"}
NEW = {"If-None-Match": "*"}


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Person:
    return person(client, bank)


def upload(admin: Person, content: bytes) -> str:
    """The name of a new picture."""
    headers = {**admin.headers, "Content-Type": "application/octet-stream"}
    answer = admin.client.post("/v1/bank/media", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["name"])


def german(admin: Person, prompt: str, option: str, explanation: str) -> Json:
    """A translation whose texts show these pictures."""
    ids = [option["id"] for option in admin.read()["options"]]
    words = ["Der Rhein", "Die Donau", "Die Elbe", f"![Die Rhone](media/{option})"]
    return {
        "title": "Flüsse Europas",
        "prompt": f"![Eine Karte](media/{prompt})",
        "options": dict(zip(ids, words, strict=True)),
        "explanation": f"![Warum](media/{explanation})",
        "feedback": {ids[0]: "Er mündet bei Rotterdam."},
    }


@pytest.fixture
def names(admin: Person) -> list[str]:
    """Pictures of the source's stem, and of the translation's stem, option and explanation."""
    contents = (png(), png(shade=9), gif(), svg())
    source, *others = (upload(admin, content) for content in contents)
    admin.create(prompt=f"![A map](media/{source})")
    assert admin.post("/rivers/publish").status_code == 200
    written = admin.put(DE, german(admin, *others), NEW)
    assert written.status_code == 201, written.text
    assert admin.post(f"/{DE}/publish").status_code == 200
    return [source, *others]


def test_the_pictures_of_a_translation_are_shown_with_it_and_served(
    client: TestClient, names: list[str]
) -> None:
    source, prompt, option, explanation = (f"/v1/media/{name}" for name in names)
    plain = client.get("/v1/questions/rivers").json()
    assert source in plain["prompt"]["html"]
    german = client.get("/v1/questions/rivers", headers=GERMAN)
    told = german.json()
    assert told["language"] == "de"
    assert f'<img src="{prompt}" alt="Eine Karte">' in told["prompt"]["html"]
    assert f'<img src="{option}" alt="Die Rhone">' in told["options"][3]["html"]
    assert source not in german.text
    assert explanation not in german.text, "it is told with the result only"
    picked = {"selected": [plain["options"][0]["id"]], "language": "de"}
    result = client.post("/v1/questions/rivers/submissions", json=picked).json()
    assert f'<img src="{explanation}" alt="Warum">' in result["feedback"]["explanation"]["html"]
    for address in (source, prompt, option, explanation):
        assert client.get(address).status_code == 200


def test_its_pictures_are_in_use_from_when_it_is_written(
    admin: Person, database: Database, names: list[str]
) -> None:
    def uses() -> list[tuple[str, int]]:
        page = admin.client.get("/v1/bank/media", headers=admin.headers).json()
        return sorted((one["media"]["name"], one["uses"]) for one in page["items"])

    assert uses() == sorted((name, 1) for name in names)
    body = german(admin, names[0], names[0], names[1])
    etag = admin.get(f"/{DE}").headers["ETag"]
    assert admin.put(DE, body, {"If-Match": etag}).status_code == 200
    assert uses() == sorted((name, 1) for name in names), "each counts once for a version"
    with database.read() as session:
        tables = (Media, VersionMedia)
        found = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    assert found == [4, 4]


@pytest.mark.parametrize("place", ["prompt", "explanation", "feedback", "options"])
def test_a_translation_that_shows_an_unknown_picture_is_refused_at_its_place(
    admin: Person, names: list[str], place: str
) -> None:
    body = german(admin, *names[1:])
    pointer = f"/{place}"
    unknown = f"![x](media/{'ab' * 32}.png)"
    if isinstance(body[place], dict):
        option = next(iter(body[place]))
        body[place][option] = unknown
        pointer += f"/{option}"
    else:
        body[place] = unknown
    etag = admin.get(f"/{DE}").headers["ETag"]
    refused = admin.put(DE, body, {"If-Match": etag})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_translation")
    told = [(one["pointer"], one["code"]) for one in refused.json()["errors"]]
    assert told == [(pointer, "unknown_media")]


def test_an_export_has_the_pictures_of_the_words_that_it_has(
    admin: Person, names: list[str]
) -> None:
    packed = admin.client.get("/v1/bank/exports/quarto", headers=admin.headers)
    with ZipFile(BytesIO(packed.content)) as files:
        pictures = [name for name in files.namelist() if name.startswith("media/")]
        assert [files.read(name) for name in pictures] == [png()]
        assert pictures[0].encode() in files.read("rivers.qmd")
