"""Pictures of pages for the documentation: made when they are asked for, else held to the pages.

``SCREENSHOTS=1 python -m pytest tests/browser/test_screenshots.py`` makes them anew. Without it the
page as it is now is compared with its picture, both as a few coarse cells: other fonts move
letters within a cell, another layout, theme or content changes many.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Page

from tests.processes import ROOT

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 960, "height": 640}
FURTHEST = 9.0  # of 255, as the mean of all cells; two pages of ours are 20 and more apart

_DRAW = """async ([one, width, height]) => {
  const image = new Image();
  image.src = one;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, width, height);
  return [canvas.toDataURL("image/webp", 0.85), [...pen.getImageData(0, 0, width, height).data]];
}"""


def keep(page: Page, name: str) -> None:
    """Write the picture of that name if pictures are wanted; require it to show the page."""
    now, path = seen(page), IMAGES / f"{name}.webp"
    blank = page.context.new_page()  # no policy of the page forbids it to read pictures
    if os.environ.get("SCREENSHOTS"):
        picture, _ = blank.evaluate(_DRAW, [now, SIZE["width"], SIZE["height"]])
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(picture.partition(",")[2]))
    apart = distance(blank, now, path)
    blank.close()
    assert apart <= FURTHEST, f"{path.name} is {apart:.1f} from the page; see screenshots.py"


def seen(page: Page) -> str:
    """What the page shows, as an address of data."""
    shot = page.screenshot(animations="disabled", caret="hide")
    return f"data:image/png;base64,{base64.b64encode(shot).decode()}"


def distance(blank: Page, now: str, picture: Path) -> float:
    """How far a picture is from what is seen, as the mean difference of coarse cells."""
    kept = f"data:image/webp;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    (_, one), (_, other) = (blank.evaluate(_DRAW, [each, 48, 32]) for each in (now, kept))
    return float(sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one))
