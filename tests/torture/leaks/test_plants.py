"""Each way to give a secret away is seen, by the twins, by a canary, or by the walk itself."""

import json
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import md5, sha256

import pytest

from tests.torture.journal import Journal
from tests.torture.leaks import plants
from tests.torture.leaks.asking import Asked
from tests.torture.leaks.canaries import Canaries, search
from tests.torture.leaks.contents import slug_of
from tests.torture.leaks.filled import Filled
from tests.torture.leaks.running import Asking, surface_of
from tests.torture.leaks.surface import JSON
from tests.torture.leaks.twins import Pair
from tests.torture.planting import Plant

SEVERAL, ORDER = slug_of("multiple_response", "never"), slug_of("ordering", "never")
UNKNOWN = json.dumps({"selected": ["zzzz"]}).encode()
READ = Asked("GET", f"/v1/questions/{SEVERAL}")
REFUSED = Asked("POST", f"/v1/questions/{SEVERAL}/submissions", "nobody", UNKNOWN, JSON)


def answered(filled: Filled) -> Asked:
    """A good answer."""
    return Asked("POST", f"/v1/questions/{SEVERAL}/submissions", "nobody",
                 json.dumps(filled.answers[SEVERAL][0]).encode(), JSON)  # fmt: skip


@pytest.fixture(scope="module")
def asking(sqlite_pair: Pair) -> Iterator[Asking]:
    """Twins that the plants of this file are put into."""
    asking = Asking(sqlite_pair)
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("plant", "asked", "finding"),
    [
        (plants.a_field_with_the_key, READ, "twins tell"),
        (plants.a_hash_of_the_explanation, READ, "tells explanation of"),
        (plants.an_entity_tag_over_the_key, READ, "tells question_version.content_hash"),
        (plants.an_entity_tag_over_the_key, READ, "twins tell"),
        (plants.an_error_that_names_the_right_option, REFUSED, "twins tell"),
        (plants.orders_as_written, Asked("GET", f"/v1/questions/{ORDER}"), "twins tell"),
    ],
)
def test_a_mistake_is_found(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, plant: Plant, asked: Asked, finding: str
) -> None:
    assert asking.found(asked) == []
    plant(monkeypatch)
    assert any(finding in one for one in asking.found(asked))


def test_a_draft_that_can_be_read_is_found(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked("GET", f"/v1/questions/{asking.filled.hidden[0]}", "publishable")
    assert asking.found(asked) == []
    plants.a_draft_by_its_slug(monkeypatch)
    found = asking.found(asked)
    assert any("tells draft of" in one for one in found)
    assert any("twins tell" in one for one in found)


def test_a_log_that_tells_is_found(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    plants.an_answer_in_the_log(monkeypatch)
    found = asking.found(answered(asking.filled))
    assert f"the log tells explanation of {SEVERAL}" in found


def test_a_new_route_is_walked(sqlite_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    plants.a_route_with_a_secret(monkeypatch)
    plants.a_route_that_nobody_could_ask(monkeypatch)
    walked = surface_of(sqlite_pair)
    assert walked.untold == ["/new/{secret_name}: no example of secret_name"]
    walk = walked.walk(sqlite_pair.filled, Journal("walk").random, 0)
    (asked,) = (one for one in walk if one.address == "/figures")
    asking = Asking(sqlite_pair)
    assert any("tells explanation" in one for one in asking.found(asked))
    asking.close()


@pytest.mark.parametrize(
    "disguise",
    [
        str.upper,
        lambda word: word[::-1],
        lambda word: word.encode().hex(),
        lambda word: word.encode().hex().upper(),
        *(
            lambda word, pad=pad: b64encode(pad + word.encode() + b"behind").decode()
            for pad in (b"", b"a", b"ab")
        ),
        lambda word: urlsafe_b64encode(sha256(word.encode()).digest()).decode(),
        lambda word: md5(word.encode(), usedforsecurity=False).hexdigest(),
        lambda word: b32encode(sha256(word.encode()).digest()).decode().lower(),
        lambda word: "".join(f"%{ord(letter):02x}" for letter in word),
        lambda word: "".join(f"&#{ord(letter)};" for letter in word),
        lambda word: "".join(f"\\u{ord(letter):04x}" for letter in word),
    ],
)
def test_a_canary_is_found_in_disguise(disguise: Callable[[str], str]) -> None:
    canaries = Canaries()
    words = [canaries.word("answer", "some"), canaries.word("answer", "other")]
    told = f"<p>something {disguise(words[1])} else, at some length</p>".encode()
    assert {one.word for one in search([told], canaries.disguises())} == {words[1]}
