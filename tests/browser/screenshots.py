"""Pictures of pages for the documentation: made when they are asked for, else held to the pages.

``SCREENSHOTS=1 python -m pytest tests/browser/test_screenshots.py`` makes them anew. Without it the
page as it is now is compared with its picture, by how much ink stands in coarse cells: other fonts
move ink within a cell, another layout, theme or content moves much of it to other cells.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Page

from tests.processes import ROOT

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 960, "height": 640}
CELLS = [24, 16]
FURTHEST = 0.25  # of all ink; two pages of ours are further apart

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
    assert apart <= FURTHEST, f"{path.name} is {apart:.2f} from the page; see screenshots.py"


def seen(page: Page) -> str:
    """What the page shows, as an address of data."""
    shot = page.screenshot(animations="disabled", caret="hide")
    return f"data:image/png;base64,{base64.b64encode(shot).decode()}"


def distance(blank: Page, now: str, picture: Path) -> float:
    """The share of ink that a picture has elsewhere than what is seen: from 0 to 1."""
    kept = f"data:image/webp;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    (_, one), (_, other) = (blank.evaluate(_DRAW, [each, *CELLS]) for each in (now, kept))
    differing = sum(abs(a - b) for a, b in zip(one, other, strict=True))
    return float(differing / (sum(255 - a for a in one) + sum(255 - b for b in other) or 1))
