"""QTI 1.2 as Canvas and Common Cartridge write it."""

from formats.qti.v12.reader import parse
from formats.qti.v12.writer import package, render

__all__ = ["package", "parse", "render"]
