"""Option ids: what an author may change, and which old option is then which new one."""

import re
import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.completeness import completeness
from domain.errors import AmbiguousRevision
from domain.identity import keep_ids, new_ids, normalise
from domain.questions import AnswerKey, Draft, Option
from formats import FORMATS
from tests.cpu import soon
from tests.factories import SEED_FILE

(PARSED,) = FORMATS["quarto"].read(SEED_FILE.read_bytes())
assert PARSED.draft
TEXTS = tuple(option.text for option in PARSED.draft.options)
TANH, RELU, NORM, LARGE = TEXTS
IDS = ("senv", "dapz", "gpnu", "3swy")
OLD = dict(zip(IDS, TEXTS, strict=True))
DRASTIC = "Something else altogether."
WORDS = st.text(min_size=1, max_size=30).filter(lambda text: bool(normalise(text)))


def kept(*new: str, taken: tuple[str, ...] = ()) -> tuple[str, ...]:
    return keep_ids(OLD, new, {*OLD, *taken})


def test_a_file_gives_the_same_ids_everywhere() -> None:
    assert new_ids(TEXTS) == IDS
    assert kept(*TEXTS) == IDS


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_every_reordering_keeps_every_id(order: tuple[int, ...]) -> None:
    assert kept(*(TEXTS[n] for n in order)) == tuple(IDS[n] for n in order)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("text", ["{} Really.", DRASTIC, "x"])
def test_one_rewording_keeps_every_id(place: int, text: str) -> None:
    new = [*TEXTS]
    new[place] = text.format(TEXTS[place])
    assert kept(*new) == IDS


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("reworded", range(4))
def test_reordering_with_one_rewording_keeps_every_id(
    order: tuple[int, ...], reworded: int
) -> None:
    new = [DRASTIC if n == reworded else TEXTS[n] for n in order]
    assert kept(*new) == tuple(IDS[n] for n in order)


@pytest.mark.parametrize(
    ("new", "ids"),
    [
        ((TANH, RELU, f"{NORM} Or not.", f"{LARGE} Or not."), "senv dapz gpnu 3swy"),
        ((f"{LARGE} Or not.", RELU, f"{NORM} Or not.", TANH), "3swy dapz gpnu senv"),
        ((TANH, RELU, NORM), "senv dapz gpnu"),
        ((LARGE, TANH), "3swy senv"),
        ((f"{LARGE} Or not.", TANH, RELU), "3swy senv dapz"),
        ((DRASTIC, TANH, RELU, NORM, LARGE), "NEW senv dapz gpnu 3swy"),
        ((TANH, RELU, NORM, f"{LARGE} Or not.", DRASTIC), "senv dapz gpnu 3swy NEW"),
        ((), ""),
    ],
    ids=["two reworded", "two reworded, reordered", "removed", "removed, reordered",
         "removed and reworded", "added", "added and reworded", "all removed"],
)  # fmt: skip
def test_other_clear_edits(new: tuple[str, ...], ids: str) -> None:
    (fresh,) = new_ids([DRASTIC])
    assert kept(*new) == tuple(ids.replace("NEW", fresh).split())


@pytest.mark.parametrize(
    "new",
    [
        (DRASTIC, "Nothing like it.", NORM, LARGE),
        (DRASTIC, "Nothing like it.", RELU, NORM, LARGE),
        (TANH.replace("tanh", "swish"), RELU.replace("ReLU", "swish also"), NORM, LARGE),
    ],
    ids=["two rewritten", "one became two", "both alike to both"],
)
def test_an_ambiguous_edit_is_refused_with_the_candidates(new: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousRevision, match="Their ids were: senv: ") as caught:
        kept(*new)
    changed = [place for place, text in enumerate(new) if text not in TEXTS]
    assert [fault.pointer for fault in caught.value.faults] == [f"/options/{n}" for n in changed]
    for fault, place in zip(caught.value.faults, changed, strict=True):
        assert repr(new[place][:60]) in fault.detail
    assert all(repr(OLD[id_][:60]) in str(caught.value) for id_ in OLD if OLD[id_] not in new)


def test_an_id_is_never_given_to_another_option() -> None:
    (first,) = new_ids([DRASTIC])
    assert kept(*TEXTS, DRASTIC, taken=(first,))[:4] == IDS
    again = kept(*TEXTS, DRASTIC, taken=(first,))[4]
    assert again.startswith(first)
    assert len(again) == 5


def test_a_collision_makes_the_second_id_longer() -> None:
    seen: dict[str, str] = {}
    for text in map(str, range(10_000)):
        (id_,) = new_ids([text])
        if id_ in seen:
            break
        seen[id_] = text
    one, other = new_ids([seen[id_], text])
    assert one == id_
    assert re.fullmatch(f"{id_}[a-z2-7]", other)


def test_the_same_text_gets_another_id_each_time() -> None:
    assert len(set(new_ids(["again"] * 200))) == 200
    assert max(map(len, new_ids(["again"] * 200))) <= 52


@given(st.lists(WORDS, max_size=8))
def test_ids_are_short_opaque_and_different(texts: list[str]) -> None:
    ids = new_ids(texts)
    assert all(re.fullmatch("[a-z2-7]{4,52}", id_) for id_ in ids)
    assert len(set(ids)) == len(texts)
    assert ids == new_ids(texts)


@given(st.lists(WORDS, min_size=1, max_size=8, unique_by=normalise))
def test_sorting_any_options_keeps_every_id(texts: list[str]) -> None:
    old = dict(zip(new_ids(texts), texts, strict=True))
    assert [old[id_] for id_ in keep_ids(old, sorted(texts), old)] == sorted(texts)


@given(WORDS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_what_a_reader_does_not_see_does_not_matter(text: str, form: str) -> None:
    same = normalise(text)
    assert normalise(unicodedata.normalize(form, text)) == same  # type: ignore[arg-type]
    assert normalise(f"\n {text}\t ") == same
    assert normalise(same) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Rhône", "The Rho\u0302ne"),
        ("The Rhône", "  the\n RHÔNE "),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
        ("a\u00a0b", "a b"),
        ("ΐ", "ΐ".upper()),
    ],
)
def test_texts_that_read_alike_have_one_id(one: str, other: str) -> None:
    assert new_ids([one]) == new_ids([other])


def test_very_many_or_very_long_rewordings_are_refused_at_once() -> None:
    old = {f"aa{n:02}": f"The statement of number {n}" for n in range(64)}
    with soon(1), pytest.raises(AmbiguousRevision):
        keep_ids(old, [f"{text}, changed" for text in old.values()], old)
    long = {f"aaa{n}": f"{n}" + "lorem ipsum dolor " * 1000 for n in range(6)}
    with soon(1), pytest.raises(AmbiguousRevision):
        keep_ids(long, [f"x{text}" for text in long.values()], long)


CASES = {"true": "abcd", "TRUE": "efgh", "True": "ijkl"}


@pytest.mark.parametrize("order", list(permutations(CASES)))
def test_options_that_case_alone_tells_apart_keep_their_ids(order: tuple[str, ...]) -> None:
    old = {id_: text for text, id_ in CASES.items()}
    assert keep_ids(old, order, old) == tuple(CASES[text] for text in order)


def test_a_change_of_case_keeps_the_id_of_the_option_that_is_left() -> None:
    assert keep_ids({"abcd": "true", "efgh": "TRUE"}, ["TRUE", "True"], set()) == ("efgh", "abcd")


def test_options_that_case_alone_tells_apart_make_a_question() -> None:
    options = tuple(Option(text) for text in CASES)
    key = AnswerKey(frozenset({1}))
    draft = Draft("Booleans", "Which is valid JSON?", options, key, kind="single_choice")
    assert completeness(draft) == ()
    assert len(set(new_ids([*CASES]))) == len(CASES)
