"""Lettered questions in markdown, their answers in folds, under headings and in numbered lists."""

import pytest

from domain.questions import AnswerKey, Draft, Explanation, Option
from formats import FORMATS
from tests.formats.quiz_drafts import (
    draft_in,
)

MARKDOWN = FORMATS["markdown"]
INTERVIEW = """---

###### 12. What's the output?

```javascript
// # not a heading
- [x] not an option
```

- A: `Lydia` and `undefined`
- B: `Lydia` and
  `ReferenceError`
- C: `ReferenceError`

<details><summary><b>Answer</b></summary>
<p>

#### Answer: B

Because of <b>hoisting</b>:

```html
<p>kept</p>
```

</p>
</details>

---

###### 13. Which are even?

A) 1
B) 2
C) 4

<details>
<summary>Show answer</summary>
Correct answers: B and C
</details>
"""


def test_lists_of_interview_questions() -> None:
    first, second = (parsed.draft for parsed in MARKDOWN.read(INTERVIEW.encode()))
    code = "```javascript\n// # not a heading\n- [x] not an option\n```"
    assert first == Draft(
        "What's the output?",
        f"What's the output?\n\n{code}",
        (
            Option("`Lydia` and `undefined`"),
            Option("`Lydia` and\n  `ReferenceError`"),
            Option("`ReferenceError`"),
        ),
        AnswerKey(frozenset({2})),
        Explanation("Because of <b>hoisting</b>:\n\n```html\n<p>kept</p>\n```"),
        "single_choice",
    )
    assert second == Draft(
        "Which are even?",
        "Which are even?",
        (Option("1"), Option("2"), Option("4")),
        AnswerKey(frozenset({2, 3})),
    )


ANSWERS = {
    "Answer: D": {4},
    "Correct answer: A, C": {1, 3},
    "**Answer: B**": {2},
    "**Answer:** B": {2},
    "The correct answers are: a and d": {1, 4},
    "Answer: (C)": {3},
    "Answer: BCD": {2, 3, 4},
    "Answer: C) c": {3},
    "Answer: B - since it is": {2},
    "answer: 0101": {2, 4},
    "answer: 0b0110": {2, 3},
    "<summary>Answer: B</summary>": {2},
}


HEADINGS = ("#### Antwort: B", "#### \u7b54\u6848\uff1aB", "### La risposta: B", "#### B: B")


@pytest.mark.parametrize("line", HEADINGS)
def test_answers_in_the_heading_of_a_fold_in_any_language(line: str) -> None:
    folded = f"<details><summary>S</summary>\n<p>\n\n{line}\n\nSince.\n</p>\n</details>\n"
    draft = draft_in(MARKDOWN, f"## Which?\n\nA. a\nB. b\n\n{folded}")
    assert draft.key.positions == {2}
    assert draft.explanation.text == "Since."


@pytest.mark.parametrize("line", ANSWERS)
def test_answers_of_lettered_options(line: str) -> None:
    draft = draft_in(
        MARKDOWN, f"## Which?\n\nA. a\nB. b\nC. c\nD. d\n\n<details>\n{line}\n</details>"
    )
    assert draft.key.positions == ANSWERS[line]
    assert draft.explanation.text == ("since it is" if "since" in line else "")


def test_masks_need_no_letters() -> None:
    draft = draft_in(MARKDOWN, "## Which?\n\n- a\n- b\n- c\n\nanswer: 100\n")
    assert (draft.options, draft.key) == (tuple(map(Option, "abc")), AnswerKey(frozenset({1})))


NUMBERED = """# Exam

1. Which are even? (Choose TWO)
    - A. one
    - B. two
      or 2
    - C. four

    <details markdown=1><summary markdown='span'>Answer</summary>

    Correct Answer: BC

    Explanation: divide.

    </details>

1. Which is odd?

A) 1
B) 2

Answer: A

2. Which is broken? - A. this
"""


def test_items_of_a_numbered_list_are_questions() -> None:
    first, second = (parsed.draft for parsed in MARKDOWN.read(NUMBERED.encode()))
    assert first is not None
    assert second is not None
    assert (first.prompt, second.prompt) == ("Which are even? (Choose TWO)", "Which is odd?")
    assert [option.text for option in first.options] == ["one", "two\n  or 2", "four"]
    assert first.key.positions == {2, 3}
    assert second.key.positions == {1}
    assert first.explanation.text == "Explanation: divide."
