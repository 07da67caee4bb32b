"""Quarto question files: front matter, stem, numbered options and an answer callout.

The dialect is described in ``docs/formats/quarto.md``.
"""

from formats.format import Format
from formats.quarto.reader import parse
from formats.quarto.writer import render

FORMAT = Format(name="quarto", suffixes=(".qmd", ".md"), parse=parse, render=render)

__all__ = ["FORMAT", "parse", "render"]
