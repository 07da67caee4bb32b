"""What examples tell of: one question, and one answer to it."""

from typing import Any

SLUG, QUESTION_ID = "vanishing-gradients", "019aaf4c-21c7-7a6e-8d64-0f3f2a7b9c11"
SUBMISSION_ID = "019aaf51-7d02-7c3b-9a8e-5b1c6d2e4f90"
TEXTS = {
    "senv": "Use tanh instead of sigmoid.",
    "dapz": "Use ReLU instead of sigmoid.",
    "gpnu": "Introduce batch normalization.",
    "3swy": "Initialize the weights with large values.",
}
RIGHT = ["dapz", "gpnu"]
_OPTIONS = (f"- [{'x' if id_ in RIGHT else ' '}] {text}" for id_, text in TEXTS.items())
MARKDOWN_FILE = "\n".join(["# Vanishing gradients", "", "Which of these help?", "", *_OPTIONS, ""])

Example = dict[str, Any]


def text_of(markdown: str) -> Example:
    return {"markdown": markdown, "html": f"<p>{markdown}</p>\n"}
