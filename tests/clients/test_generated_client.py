"""A client that another tool makes of the OpenAPI document works."""

import json
import re
from pathlib import Path

from tests.api.test_openapi import DOCUMENT, operations
from tests.clients.conftest import Served
from tests.clients.tools import environment_of, run

# Files in several types, of which the tool knows one or two.
FILES = {"POST /v1/bank/imports", "POST /v1/bank/media", "GET /v1/media/{name}"}
SCRIPT = """
import sys
from made import AuthenticatedClient
from made.api.questions import list_questions, read_question
from made.api.submissions import submit_answer
from made.models import ProblemOut, SubmissionIn

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
question = read_question.sync("vanishing-gradients", client=client)
page = list_questions.sync(client=client, limit=2, kind=question.kind)
answer = SubmissionIn(selected=["dapz", "gpnu"])
done = submit_answer.sync(question.slug, client=client, body=answer)
refused = submit_answer.sync(question.slug, client=client, body=SubmissionIn(selected=["zzzz"]))
assert isinstance(refused, ProblemOut)
print(question.title, len(page.items), done.score, done.feedback.correct, refused.code)
"""


def test_it_reads_a_question_and_answers_it(tmp_path: Path, served: Served) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "settings.json").write_text('{"post_hooks": []}')
    made = run(
        str(environment_of("generator") / "openapi-python-client"),
        *("generate", "--path", "openapi.json", "--config", "settings.json"),
        *("--meta", "none", "--output-path", "made"),
        cwd=tmp_path,
        COLUMNS="200",
    )
    assert made.returncode == 0, made.stderr
    assert set(re.findall(r"^WARNING parsing (\S+ \S+) ", made.stderr, re.M)) == FILES
    modules = {path.stem for path in (tmp_path / "made" / "api").glob("*/*.py")} - {"__init__"}
    assert modules == {operation["operationId"] for _, _, operation in operations(DOCUMENT)}
    python = str(environment_of("generator") / "python")
    arguments = (SCRIPT, served.url, served.integration)
    done = run(python, "-c", *arguments, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.stdout == "Vanishing gradients 2 1.0 ['dapz', 'gpnu'] unknown_option\n", done.stderr
