"""Takes the pictures of docs/pictures again, from the report of examples/quickstart.py.

    python examples/quickstart.py digits/ && python docs/pictures.py digits/project/report.html

It needs Chromium, and the packages of the tests.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test"))

from support.browser import open_browser, open_page

HERE = Path(__file__).parent
SIZE = {"width": 1200, "height": 900}
COLOURS = 128


def main() -> None:
    report = Path(sys.argv[1]).resolve()
    with open_browser() as browser, open_page(browser, report) as (page, complaints):
        page.set_viewport_size(SIZE)
        page.locator("#whole").click()
        slowest = page.locator("#graph .process", has_text="matvec").filter(has_text="conv2")
        slowest.click()
        keep(page, "report", ["header", "#summary", "#network"])
        keep(page, "process", ["#network"])
    assert not complaints, complaints


def keep(page: Page, name: str, parts: list[str]) -> None:
    """A picture of some parts of the page, one below the other, in few colours."""
    page.evaluate("scrollTo(0, 0)")
    boxes = [box for part in parts if (box := page.locator(part).first.bounding_box())]
    top = min(box["y"] for box in boxes)
    bottom = max(box["y"] + box["height"] for box in boxes)
    clip = {"x": 0.0, "y": top, "width": float(SIZE["width"]), "height": bottom - top}
    picture = Image.open(BytesIO(page.screenshot(clip=clip, full_page=True)))
    few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(HERE / "pictures" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
