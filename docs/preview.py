"""Draw docs/preview.png and docs/preview-cloud.png: preview pages of demo releases in a browser.

Run it with `python docs/preview.py`. It needs chromium, chromedriver and selenium, and starts the browser with
`tests/preview/chromium.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from segments_hf import preview
from segments_hf.demo import demo_release

ROOT = Path(__file__).parents[1]
SIZE = (1280, 800)


def main() -> None:
    """Take a screenshot of an image with the pointer on a flower, and one of a point cloud."""
    sys.path.insert(0, str(ROOT / "tests"))
    from preview.chromium import IS_DRAWN, chromium

    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        page = preview(demo_release(), Path(folder, "preview.html"))
        browser.open(page, width=SIZE[0], height=SIZE[1], fragment="#sample-6")
        browser.until(IS_DRAWN)
        browser.hover(".stage .frame", 0.46, 0.28)
        browser.until("!document.querySelector('#tip').hidden")
        browser.screenshot().save(ROOT / "docs" / "preview.png", optimize=True)
        page = preview(demo_release("street-cuboids"), Path(folder, "cloud.html"), cameras=True)
        browser.open(page, width=SIZE[0], height=SIZE[1], fragment="#sample-3")
        browser.until("document.querySelector('.stage .cloud.painted')")
        browser.until("document.querySelector('#cameras img').complete")
        browser.click("#zoom-in")
        browser.screenshot().save(ROOT / "docs" / "preview-cloud.png", optimize=True)


if __name__ == "__main__":
    main()
