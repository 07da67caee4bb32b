"""QTI 1.2 as Canvas and Common Cartridge write it."""

from formats.qti.v12.package import package
from formats.qti.v12.reader import parse
from formats.qti.v12.writer import render

__all__ = ["package", "parse", "render"]
