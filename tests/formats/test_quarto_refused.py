"""What the Quarto reader refuses, as a table: a source, the code and the place of the problem."""

from pathlib import Path

import pytest

from formats import quarto
from formats.quarto.findings import FINDINGS

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "formats" / "quarto.md"
END = "\n::: {.callout-note}\n2\n:::\n"
BODY = "\nStem\n\n1. a\n2. b\n" + END
FRONT = "---\ntitle: T\n---\n"  # so that a body begins in line 4

CASES: list[tuple[str, int, int, str | bytes]] = [
    ("too_large", 1, 1, b"x" * (1024 * 1024 + 1)),
    ("too_many_lines", 5_001, 1, b"\n" * 5_000),
    ("not_utf8", 2, 8, b"---\ntitle: \xe4\n---\n"),
    ("nul_character", 2, 2, "---\n\xe4\0"),
    ("front_matter_not_closed", 1, 1, "---\ntitle: T\n"),
    ("front_matter_too_long", 1, 1, f"---\ntitle: {'x' * 65_536}\n---\n"),
    ("bad_yaml", 2, 9, "---\ntitle: a: b\n---\n" + BODY),
    ("bad_yaml", 2, 1, "---\nx: \x01\n---\n" + BODY),
    ("yaml_alias", 3, 4, "---\ntitle: T\nb: &x [1]\nc: *x\n---\n" + BODY),
    ("yaml_alias", 2, 8, "---\ntitle: *x\n---\n" + BODY),
    ("yaml_tag", 2, 8, "---\ntitle: !!python/name:os.system T\n---\n" + BODY),
    ("yaml_too_deep", 2, 19, f"---\nx: {'[' * 5000}\n---\n" + BODY),
    ("not_a_mapping", 2, 1, "---\n- a\n---\n" + BODY),
    ("not_a_mapping", 2, 1, "---\ntext\n---\n" + BODY),
    ("bad_key", 3, 1, "---\ntitle: T\n1: a\n---\n" + BODY),
    ("bad_key", 3, 5, "---\ntitle: T\nx: {[a]: b}\n---\n" + BODY),
    ("duplicate_key", 3, 1, "---\ntitle: T\ntitle: U\n---\n" + BODY),
    ("bad_number", 3, 4, "---\ntitle: T\nx: .nan\n---\n" + BODY),
    ("bad_number", 3, 5, f"---\ntitle: T\nx: [{'9' * 5000}]\n---\n" + BODY),
    ("bad_number", 3, 4, "---\ntitle: T\nx: 1e999\n---\n" + BODY),
    ("missing_title", 1, 1, BODY),
    ("missing_title", 1, 1, "---\ntitle: ''\n---\n" + BODY),
    ("bad_title", 2, 8, "---\ntitle: 2022\n---\n" + BODY),
    ("empty_stem", 5, 1, FRONT + "\n1. a\n2. b\n" + END),
    ("no_options", 9, 1, FRONT + "\nStem\n\nA. a\n\nB. b\n" + END),
    ("no_callout", 8, 1, FRONT + "\nStem\n\n1. a\n2. b\n"),
    ("callout_nested", 9, 1, FRONT + "\nStem\n\n1. a\n2. b\n   ::: callout-note\n   2\n   :::\n"),
    ("callout_not_closed", 10, 1, FRONT + "\nStem\n\n1. a\n2. b\n\n::: callout-note\n2\n"),
    (
        "callout_not_closed",
        10,
        1,
        FRONT + "\nStem\n\n1. a\n2. b\n\n::: callout-note\n2\n```\n:::\n",
    ),
    ("div_not_closed", 7, 1, FRONT + "\nStem\n\n::: wide\n\n1. a\n2. b\n" + END),
    ("open_text_after_answer", 14, 1, FRONT + BODY + "\nText\n\n:::\n"),
    ("options_interrupted", 9, 1, FRONT + "\nStem\n\n1. a\n\n![](x.png)\n\n2. b\n" + END),
    ("options_interrupted", 9, 1, FRONT + "\nStem\n\n1. a\n\n```\nx\n```\n\n2. b\n3. c\n" + END),
    ("options_interrupted", 10, 1, FRONT + "\nStem\n\n1. a\n2. b\n\n```\nx\n```\n" + END),
    ("options_interrupted", 8, 1, FRONT + "\nStem\n\n1. a\n2) b\n" + END),
    ("empty_option", 8, 1, FRONT + "\nStem\n\n1. a\n2.\n3. c\n" + END),
    ("fewer_than_two_options", 7, 2, FRONT + "\nStem\n\n 2. a\n" + END),
    ("duplicate_option", 8, 1, FRONT + "\nStem\n\n1. a\n2. a\n" + END),
    ("no_answer_line", 11, 1, FRONT + "\nStem\n\n1. a\n2. b\n\n::: callout-note\nBecause\n:::\n"),
    (
        "no_answer_line",
        13,
        2,
        FRONT + "\nStem\n\n1. a\n2. b\n\n::: callout-note\n# A\n\n 2 or 3\n:::\n",
    ),
    ("no_answer_line", 10, 1, FRONT + "\nStem\n\n1. a\n2. b\n\n::: callout-note\n:::\n"),
    ("answer_without_option", 11, 4, FRONT + BODY.replace("\n2\n", "\n2, 7\n")),
    ("answer_without_option", 11, 3, FRONT + BODY.replace("\n2\n", "\n**0**\n")),
    ("answer_repeated", 11, 4, FRONT + BODY.replace("\n2\n", "\n2, 2\n")),
]

VALUES = [
    ("bad_date", "date: 2022-02-30"),
    ("bad_date", "date: 20220228"),
    ("bad_date", "date: today"),
    ("bad_slug", "slug: Not-A-Slug"),
    ("bad_slug", f"slug: {'a' * 121}"),
    ("bad_external_id", "external_id: [1]"),
    ("bad_external_id", "external_id: ''"),
    ("bad_kind", "kind: essay"),
    ("bad_kind", "kind: [single_choice]"),
    ("bad_tags", "tags: [1]"),
    ("bad_tags", f"tags: {'x' * 101}"),
    ("bad_difficulty", "difficulty: hard"),
    ("bad_difficulty", "difficulty: 101"),
    ("bad_difficulty", "difficulty: true"),
    ("bad_language", "language: English (US)"),
    ("bad_scoring", "scoring: {rule: r, points: 2}"),
    ("bad_scoring", "scoring: {max_points: 0}"),
    ("bad_scoring", "scoring: {max_points: 1/0}"),
    ("bad_scoring", "scoring: {max_points: '1e9999999'}"),
    ("bad_scoring", "scoring: {max_points: true}"),
    ("bad_scoring", "scoring: {rule: weights, values: 1}"),
    ("bad_scoring", "scoring: {rule: weights, lower: 0}"),
    ("bad_scoring", "scoring: {rule: weights, values: [1, much]}"),
    ("bad_answer", "answer: 9.81"),
    ("wrong_answer", "answer: {value: 9.81}"),
    ("bad_choices", "choices: [a, b]"),
    ("bad_choices", "choices: {Targets: [a, b]}"),
    ("bad_choices", "choices: {targets: [a, '']}"),
    ("bad_hints", "hints: Look at the slope."),
    ("bad_hints", "hints: ['']"),
    ("bad_combinations", "combinations: [{picked: [1], feedback: a}, {picked: [1], feedback: b}]"),
    ("bad_combinations", "combinations: [{picked: [1, 1], feedback: a}]"),
    ("bad_combinations", "combinations: [{picked: [1]}]"),
    ("bad_tests", "tests: [{selected: [1]}]"),
    ("bad_tests", "tests: [{selected: 1, score: 1}]"),
    ("bad_tests", "tests: [{selected: [1], score: 1/0}]"),
    ("bad_tests", "tests: [{selected: [1], score: all}]"),
    ("bad_oracle_budget", "oracle_budget: 0"),
    ("bad_release", "release: later"),
    ("bad_shuffle", "shuffle: 'yes'"),
    ("bad_pin", "pin: 2"),
    ("bad_pin", "pin: [2, 2]"),
    ("bad_feedback", "feedback: {2: 3}"),
    ("bad_feedback", "feedback: {b: text}"),
    ("bad_ids", "ids: [aaaa, aaaa]"),
    ("bad_ids", "ids: [AAAA, bbbb]"),
    ("wrong_number_of_ids", "ids: [aaaa]"),
    ("no_such_option", "pin: [3]"),
    ("no_such_option", "feedback: {0: text}"),
]


def refusals(source: str | bytes) -> list[tuple[str, int | None, int | None]]:
    data = source.encode() if isinstance(source, str) else source
    (parsed,) = quarto.parse(data)
    assert parsed.draft is None
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    assert all(problem.message and problem.hint for problem in errors)
    return [(problem.code, problem.line, problem.column) for problem in errors]


@pytest.mark.parametrize(
    ("code", "line", "column", "source"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)]
)
def test_refusals(code: str, line: int, column: int, source: str | bytes) -> None:
    assert refusals(source) == [(code, line, column)]


@pytest.mark.parametrize(("code", "line"), VALUES)
def test_values_of_the_front_matter(code: str, line: str) -> None:
    column = line.index(":") + 3
    assert refusals(f"---\ntitle: T\n{line}\n---\n{BODY}") == [(code, 3, column)]


def test_a_single_choice_question_has_one_right_option() -> None:
    front = "---\ntitle: T\nkind: single_choice\n---\n"
    assert refusals(front + BODY.replace("\n2\n", "\n1, 2\n")) == [("single_choice_key", 12, 1)]
    assert refusals(front + BODY.replace("\n2\n", "\nNone\n")) == [("single_choice_key", 12, 1)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    front = "---\nkind: essay\ndate: x\n---\n"
    body = "\nStem\n\n1. a\n2. a\n\n::: callout-note\n3\n:::\n"
    assert [code for code, _, _ in refusals(front + body)] == [
        "missing_title",
        "bad_kind",
        "bad_date",
        "duplicate_option",
        "answer_without_option",
    ]


def test_every_error_of_the_table_has_a_case() -> None:
    errors = {code for code, finding in FINDINGS.items() if finding.severity == "error"}
    assert {case[0] for case in [*CASES, *VALUES]} | {"single_choice_key"} == errors


def test_the_documentation_lists_every_code() -> None:
    lines = DOCUMENTATION.read_text(encoding="utf-8").partition("## Problems")[2].splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `")]
    listed = {row[1].strip(" `"): row[2].strip() for row in rows}
    assert listed == {code: finding.severity for code, finding in FINDINGS.items()}


def test_hints_and_messages_are_sentences() -> None:
    for finding in FINDINGS.values():
        assert finding.message.endswith(".")
        assert finding.hint.endswith(".")
