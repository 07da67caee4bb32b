"""Drafts of every kind, such as question files say, for the tests of QTI."""

from fractions import Fraction
from string import ascii_letters
from typing import Any

from hypothesis import strategies as st

from domain.grading import CHOICE_KINDS, KINDS, StatedValues
from domain.grading.cloze import Blank, ChoiceBlank, NumericBlank, StatedBlanks, TextBlank
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.ordering import StatedOrder
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import AnswerKey, Draft, Explanation, Option, Reference, Scoring

PARTS = (
    "plain",
    "*bold*",
    "x < y & z",
    "`code {{x}}`",
    "{{ braces {{{",
    "a_b",
    "$x^2$",
    "è",
    "![alt](pic.png)",
    "[link](https://example.org)",
    "**strong**",
    "1. not a list",
    "H~2~O",
)
words = st.text(ascii_letters + " ", min_size=1, max_size=12).filter(lambda text: text.strip())
texts = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map(" ".join)
blocks = st.lists(texts, min_size=1, max_size=2).map("\n\n".join)
points = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 3)])
shares = st.sampled_from([Fraction(n, d) for d in (1, 2, 3, 4) for n in range(-d, d + 1)])
numbers = st.fractions(-1000, 1000, max_denominator=1).map(lambda one: one / 100)


@st.composite
def option_lists(draw: st.DrawFn, most: int = 5, part: str = "") -> tuple[Option, ...]:
    """Options with different texts."""
    count = draw(st.integers(2, most))
    is_choice = not part
    return tuple(
        Option(
            f"{part}{at} {draw(texts)}",
            feedback=draw(st.none() | texts) if is_choice else None,
            pinned=draw(st.booleans()),
            part=part,
        )
        for at in range(count)
    )


def _plain(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(Option(one.text, pinned=one.pinned, part=one.part) for one in options)


@st.composite
def scorings(draw: st.DrawFn, kind: str, count: int = 0) -> Scoring:
    """A rule that the format can say, and points."""
    most = draw(points)
    if kind not in CHOICE_KINDS:
        names = ["all_or_nothing", *(rule.name for rule in KINDS[kind].partial)]
        names = ["all_or_nothing"] if kind == "ordering" and count > 5 else names
        return Scoring(draw(st.sampled_from(names)), most)
    rule = draw(
        st.sampled_from(
            [
                "all_or_nothing",
                "net_right",
                "halves",
                "every_decision",
                "f1",
                "wrong_cancels",
                "hits_only",
                "weights",
                "mapping",
            ]
        )
    )
    if rule not in ("weights", "mapping"):
        return Scoring(rule, most)
    values = tuple(draw(st.lists(shares, min_size=count, max_size=count)))
    return Scoring(rule, most, StatedValues(options=values))


@st.composite
def choices(draw: st.DrawFn) -> Draft:
    """Options to pick."""
    options = draw(option_lists())
    kind = draw(st.sampled_from(["single_choice", "multiple_response", "true_false"]))
    options = options[:2] if kind == "true_false" else options
    places = st.integers(1, len(options))
    right = draw(
        st.sets(places) if kind == "multiple_response" else st.sets(places, min_size=1, max_size=1)
    )
    return draw(
        _drafts(kind, options, draw(scorings(kind, len(options))), key=AnswerKey(frozenset(right)))
    )


@st.composite
def _drafts(
    draw: st.DrawFn, /, kind: str, options: tuple[Option, ...], scoring: Scoring, **more: Any
) -> Draft:
    references = (Reference("A book", "https://example.org/a", note="chapter 2"),)
    said = draw(st.sampled_from(["", "Because of *this*.", "First.\n\nSecond."]))
    return Draft(
        title=draw(words).strip(),
        prompt=str(more.pop("prompt", None) or draw(blocks)),
        options=options,
        kind=kind,
        scoring=scoring,
        explanation=Explanation(said, draw(st.sampled_from([(), references]))),
        slug=draw(st.none() | st.just("a-question")),
        external_id=draw(st.none() | st.just("ml-0042")),
        language=draw(st.sampled_from(["en", "de"])),
        shuffle=draw(st.booleans()) if kind not in ("numeric", "short_text", "cloze") else False,
        **more,
    )


@st.composite
def orderings(draw: st.DrawFn) -> Draft:
    """Options to bring into order, some perhaps alike."""
    options = _plain(draw(option_lists()))
    alike = draw(st.sampled_from([(), ((1, 2),)])) if len(options) > 2 else ()
    return draw(
        _drafts(
            "ordering",
            options,
            draw(scorings("ordering", len(options))),
            answer=StatedOrder(alike=alike),
        )
    )


@st.composite
def matchings(draw: st.DrawFn) -> Draft:
    """Premises and targets."""
    premises = _plain(draw(option_lists(most=3)))
    targets = draw(option_lists(most=3, part=TARGETS))
    place = st.none() | st.integers(1, len(targets))
    pairs = draw(st.lists(place, min_size=len(premises), max_size=len(premises)))
    scoring = draw(scorings("matching"))
    return draw(
        _drafts("matching", (*premises, *targets), scoring, answer=StatedPairs(pairs=tuple(pairs)))
    )


@st.composite
def numeric_answers(draw: st.DrawFn) -> StatedNumber:
    """A number, perhaps with a margin."""
    margin: dict[str, Any] = draw(
        st.sampled_from([{}, {"tolerance": Fraction(1, 10)}, {"relative": Fraction(1, 20)}])
    )
    return StatedNumber(value=draw(numbers), **margin)


@st.composite
def text_answers(draw: st.DrawFn) -> StatedText:
    """Accepted texts, compared as exactly as the format does."""
    said = draw(st.lists(words, min_size=1, max_size=3, unique_by=str.casefold))
    accept = [AcceptedText(text=said[0])]
    accept += [
        AcceptedText(text=one, score=draw(st.sampled_from([Fraction(1), Fraction(1, 2)])))
        for one in said[1:]
    ]
    return StatedText(accept=tuple(accept), whitespace=True, case=draw(st.booleans()))


@st.composite
def typed(draw: st.DrawFn) -> Draft:
    """A number or a text to type."""
    kind = draw(st.sampled_from(["numeric", "short_text"]))
    answer = draw(numeric_answers() if kind == "numeric" else text_answers())
    scoring = draw(scorings(kind))
    if isinstance(answer, StatedText) and any(one.score < 1 for one in answer.accept):
        scoring = Scoring("best_answer", scoring.max_points)
    return draw(_drafts(kind, (), scoring, answer=answer))


@st.composite
def clozes(draw: st.DrawFn) -> Draft:
    """A number, a text or a choice in one text, or several of them."""
    number, text = draw(numeric_answers()), draw(text_answers())
    options = tuple(Option(f"{at} word", part="verb") for at in range(draw(st.integers(2, 4))))
    made: dict[str, Blank] = {
        "rate": NumericBlank(kind="numeric", **dict(number)),
        "noun": TextBlank(kind="short_text", **dict(text)),
        "verb": ChoiceBlank(kind="inline_choice", key=draw(st.integers(1, len(options)))),
    }
    names = draw(st.sets(st.sampled_from(sorted(made)), min_size=1))
    blanks = {name: blank for name, blank in made.items() if name in names}
    parts = {"rate": " at [[rate]]", "noun": ", *then [[noun]]*", "verb": "\n\n- [[verb]] it"}
    prompt = draw(texts) + "".join(parts[name] for name in blanks) + f" {draw(texts)}"
    options = options if "verb" in names else ()
    scoring = draw(scorings("cloze"))
    return draw(
        _drafts("cloze", options, scoring, prompt=prompt, answer=StatedBlanks(blanks=blanks))
    )


drafts = st.one_of(choices(), orderings(), matchings(), typed(), clozes())
