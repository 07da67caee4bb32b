"""Print all figures: ``python -m bench [NAME ...]``."""

import sys

from bench import answers, files, grading, import_kill, imports, lab, limits, scale, start

FIGURES = {
    "start": start.figures,
    "files": files.figures,
    "grading": grading.figures,
    "lab": lab.figures,
    "limits": limits.figures,
    "imports": imports.figures,
    "import_kill": import_kill.figures,
    "answers": answers.figures,
    "scale": scale.figures,
}


def main() -> None:
    """Print the figures of the groups named, else of all."""
    for name in sys.argv[1:] or FIGURES:
        for line in FIGURES[name]():
            print(f"{name:11} {line}")  # noqa: T201


if __name__ == "__main__":
    main()
