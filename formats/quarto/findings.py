"""Every finding the reader can have, its words in one table, and the report that gathers them."""

from dataclasses import dataclass, field
from typing import Literal, NoReturn

from domain.problems import Problem
from domain.questions import KINDS

LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """The words for one code. ``message`` may name what was found as ``{found}``."""

    message: str
    hint: str
    severity: Literal["error", "warning"] = "error"


def _field(key: str, expected: str, example: str) -> Finding:
    message = f"`{key}` says {{found}}; expected {expected}."
    return Finding(message, f"Write for example `{example}`, or remove the line.")


FINDINGS: dict[str, Finding] = {
    "too_large": Finding(
        "The file has more than {found} bytes (1 MiB).",
        "Keep images in files of their own and link to them.",
    ),
    "too_many_lines": Finding(
        "The file has {found} lines; a question file may have at most 5,000.",
        "Put each question in a file of its own.",
    ),
    "not_utf8": Finding(
        "The byte {found} is not part of any UTF-8 character.",
        "Save the file with the encoding UTF-8.",
    ),
    "nul_character": Finding(
        "There is a NUL character; expected text.",
        "Remove the character, or save the file as UTF-8 if it is UTF-16.",
    ),
    "front_matter_not_closed": Finding(
        "The front matter has no end; expected a line `---` after it.",
        "Add a line `---` after the last key.",
    ),
    "front_matter_too_long": Finding(
        "The front matter has {found} characters; at most 65,536 are read.",
        "Keep only what describes the question.",
    ),
    "bad_yaml": Finding(
        "The front matter is not readable as YAML: {found}.",
        'Write one `key: value` per line, and values with a colon or a `#` in "double quotes".',
    ),
    "yaml_alias": Finding(
        "The front matter uses {found}; anchors and aliases are not read.",
        "Write the value out, or put a text that starts with `&` or `*` in quotes.",
    ),
    "yaml_tag": Finding(
        "The front matter uses the tag {found}; tags are not read.",
        "Remove the tag, or put a text that starts with `!` in quotes.",
    ),
    "yaml_too_deep": Finding(
        "The front matter is nested more than {found} levels deep.",
        "Write it flatter.",
    ),
    "not_a_mapping": Finding(
        "The front matter is not a list of keys and values.",
        'Write one `key: value` per line, such as `title: "Vanishing gradients"`.',
    ),
    "bad_key": Finding(
        "The front matter has the key {found}; expected a text of at most 128 characters.",
        "Rename the key, or put it in quotes if it is meant as a text.",
    ),
    "duplicate_key": Finding(
        "The front matter says {found} twice.",
        "Remove one of the two lines.",
    ),
    "bad_number": Finding(
        "The front matter has the number {found}; expected a finite number that is not huge.",
        "Write a smaller number, or put it in quotes if it is meant as a text.",
    ),
    "missing_title": Finding(
        "The question has no title; expected `title` in the front matter.",
        'Begin the file with the lines `---`, `title: "A few words"`, `---`.',
    ),
    "bad_title": Finding(
        "`title` says {found}; expected a text.",
        'Put the title in quotes, as in `title: "2022"`.',
    ),
    "bad_date": _field("date", "a day that exists, as YYYY-MM-DD", "date: 2022-09-21"),
    "time_dropped": Finding(
        "`date` says {found}; only the day is kept.",
        "Write the day alone, as in `date: 2022-09-21`.",
        "warning",
    ),
    "bad_slug": _field(
        "slug",
        "at most 120 small letters, digits and single hyphens between them",
        "slug: vanishing-gradients",
    ),
    "bad_external_id": _field("external_id", "a text or a whole number", 'external_id: "ml-0042"'),
    "bad_kind": _field("kind", f"one of {', '.join(KINDS)}", "kind: multiple_response"),
    "bad_tags": _field(
        "tags", "a list of texts of at most 100 characters", "tags: [optimization, cnn]"
    ),
    "bad_difficulty": _field("difficulty", "a number from -100 to 100", "difficulty: 0.5"),
    "bad_language": _field("language", "a language tag as BCP 47 has them", "language: en-GB"),
    "bad_scoring": _field(
        "scoring",
        "the name of a rule, or a rule with max_points above 0",
        "scoring: {rule: all_or_nothing, max_points: 2}",
    ),
    "bad_answer": _field(
        "answer", "what is right, as keys and values", "answer: {value: 9.81, tolerance: 0.01}"
    ),
    "wrong_answer": Finding(
        "The answer does not fit the kind of question: {found}.",
        "docs/kinds.md and docs/formats/quarto.md say what each kind asks for.",
    ),
    "bad_choices": _field(
        "choices", "a list of texts for each part", "choices: {targets: [Paris, Rome]}"
    ),
    "bad_hints": _field("hints", "a list of at most 20 texts", 'hints: ["Look at the slope."]'),
    "bad_combinations": _field(
        "combinations",
        "a list of option numbers with feedback, each set of numbers once",
        'combinations: [{picked: [1, 2], feedback: "Both saturate."}]',
    ),
    "bad_tests": _field(
        "tests",
        "a list of responses with their scores",
        "tests: [{selected: [2, 3], score: 1}, {selected: [], score: 0}]",
    ),
    "bad_oracle_budget": _field("oracle_budget", "a whole number from 1 on", "oracle_budget: 10"),
    "bad_release": _field(
        "release", "after_submission, score_only or never", "release: after_submission"
    ),
    "bad_shuffle": _field("shuffle", "true or false", "shuffle: true"),
    "bad_pin": _field("pin", "a list of option numbers without repeats", "pin: [4]"),
    "bad_feedback": _field(
        "feedback",
        "a text for some option numbers",
        'feedback: {2: "ReLU does not saturate."}',
    ),
    "bad_ids": _field(
        "ids", "different ids of 4 to 32 letters a-z and digits 2-7", "ids: [k3fa, b7qx]"
    ),
    "wrong_number_of_ids": Finding(
        "`ids` has {found}; expected one id per option.",
        "Write one id per option in the order of the options, or remove the line.",
    ),
    "no_such_option": Finding(
        "{found}, which is no option's number.",
        "Use the numbers as the list of options shows them.",
    ),
    "no_callout": Finding(
        "There is no answer callout; expected a fenced div of a class `callout-*`.",
        "Add the lines `:::{.callout-note}`, the numbers of the right options such as `2, 3`, "
        "and `:::` after the options.",
    ),
    "callout_nested": Finding(
        "The answer callout is inside a list, a quote or another div; expected at the left margin.",
        "Write the callout after the options, without indentation.",
    ),
    "callout_not_closed": Finding(
        "The callout that opens here is never closed; expected a line `:::`.",
        "Add a line `:::` after the explanation. A code block or a div that is not closed "
        "inside the callout also causes this.",
    ),
    "div_not_closed": Finding(
        "The div that opens here is never closed, so it swallows the answer callout.",
        "Add a line `:::` where the div ends.",
    ),
    "callout_glued": Finding(
        "The callout follows a text without a blank line; Pandoc would read it as text.",
        "Put a blank line before the callout.",
        "warning",
    ),
    "text_after_answer": Finding(
        "There is text after the answer callout; it was added to the explanation.",
        "Move it into the callout, or before the options.",
        "warning",
    ),
    "stray_fence": Finding(
        "This `:::` closes no div; it was left out.",
        "Remove the line.",
        "warning",
    ),
    "open_text_after_answer": Finding(
        "The text after the answer has a `:::` that closes no div, or an open div or code block.",
        "Remove the `:::`, or close what is open; then move the text into the callout.",
    ),
    "no_options": Finding(
        "There is no list of options; expected a numbered list before the answer callout.",
        "Number the options `1.`, `2.`, ... (not with letters or bullets) at the left margin, "
        "with a blank line before the list.",
    ),
    "options_glued": Finding(
        "The options follow a text without a blank line; Pandoc would read them as text.",
        "Put a blank line before the options.",
        "warning",
    ),
    "options_interrupted": Finding(
        "This block is not indented, so it ends the list of options after option {found}.",
        "Indent the block to the text of the option it belongs to (3 spaces for `1. `). If the "
        "list before it belongs to the stem, start the options at 1.",
    ),
    "option_numbers": Finding(
        "The options are numbered {found}; they are counted one by one from the first number.",
        "Number the options one by one.",
        "warning",
    ),
    "text_after_options": Finding(
        "There is text between the options and the answer callout; it was added to the stem.",
        "Move it before the options, or indent it if it belongs to the last option.",
        "warning",
    ),
    "empty_stem": Finding(
        "There is no text before the options; expected the question.",
        "Write the question between the front matter and the options.",
    ),
    "empty_option": Finding(
        "Option {found} has no text.",
        "Write the option behind its number, or remove the number.",
    ),
    "fewer_than_two_options": Finding(
        "There is only one option; expected at least two.",
        "Add options as `2. ...`; indent all that belongs to an option (3 spaces for `1. `).",
    ),
    "duplicate_option": Finding(
        "This option says the same as option {found}.",
        "Reword or remove one of the two.",
    ),
    "no_answer_line": Finding(
        "{found}; expected the numbers of the right options.",
        "Begin the callout, after its heading, with a line such as `2, 3`, `All of the above` "
        "or `None of the above`.",
    ),
    "answer_without_option": Finding(
        "The answer names {found}, which is no option's number.",
        "Use the numbers as the list of options shows them.",
    ),
    "answer_repeated": Finding(
        "The answer names option {found} twice.",
        "Remove one of the two.",
    ),
    "single_choice_key": Finding(
        "A question of this kind has {found} right options; expected exactly one.",
        "Correct the answer line, or write `kind: multiple_response`.",
    ),
}


class Refused(Exception):
    """Nothing more can be read. The reason is in the report."""


@dataclass(slots=True)
class Report:
    """What was found in one file, in the order of finding."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, line: int = 1, column: int = 1, found: object = "") -> None:
        """Note a finding of the table; ``line`` and ``column`` count from 1."""
        words = FINDINGS[code]
        message = words.message.format(found=_short(str(found)))

        self.problems.append(Problem(code, message, words.hint, line, column, words.severity))

    def refuse(self, code: str, line: int = 1, column: int = 1, found: object = "") -> NoReturn:
        """Note a finding after which reading makes no sense."""
        self.add(code, line, column, found)
        raise Refused

    @property
    def refuses(self) -> bool:
        """Whether one of the findings is an error."""
        return any(problem.severity == "error" for problem in self.problems)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
