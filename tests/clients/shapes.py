"""The shapes of the Python client: types made from the OpenAPI document.

Renew them: .venv/bin/python -m tests.clients.shapes
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.api.test_openapi import DOCUMENT
from tests.clients.tools import CLIENTS, environment_of, run

SHAPES = CLIENTS / "python" / "src" / "question_service_client" / "shapes.py"


def made_shapes(folder: Path) -> str:
    """The shapes of the document as Python types."""
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT, sort_keys=True))
    switches = (
        "disable-timestamp no-use-closed-typed-dict use-title-as-name collapse-root-models"
        " use-standard-collections use-union-operator use-schema-description"
        " use-single-line-docstring reuse-model collapse-reuse-models"
    )
    header = '"""The documents of the service as types, made from its OpenAPI document."""'
    done = run(
        str(environment_of("generator") / "datamodel-codegen"),
        *("--input", "openapi.json", "--input-file-type", "openapi", "--output", "shapes.py"),
        *("--output-model-type", "typing.TypedDict", "--enum-field-as-literal", "all"),
        *("--target-python-version", "3.11", "--formatters", "ruff-format"),
        *(f"--{switch}" for switch in switches.split()),
        *("--custom-file-header", header),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return (folder / "shapes.py").read_text()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        SHAPES.write_text(made_shapes(Path(folder)))
