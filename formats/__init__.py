"""Question files: bytes to drafts and back.

A format is registered here once by name. Reading never raises for what a file says: every
refusal is a :class:`~domain.problems.Problem` with line, column and cure.
"""

from formats.format import Format, Parsed
from formats.quarto import FORMAT as QUARTO

FORMATS: dict[str, Format] = {form.name: form for form in (QUARTO,)}

__all__ = ["FORMATS", "Format", "Parsed"]
