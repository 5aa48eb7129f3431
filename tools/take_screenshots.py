"""Draw the pictures of releases and capture their pages: sheets, plots, figures of stats, previews and dataset cards.

Run `python tools/take_screenshots.py FOLDER` to write the pictures of six releases to FOLDER, one folder per release:
the demo release, the real release in `../shared/real`, and four drawn releases. Preview pages and cards are captured
in a light and a dark color scheme, in windows with a width of 390 and 1440 pixels. The program needs chromium and
chromedriver.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from screens.drawn_releases import write_drawn_releases

if TYPE_CHECKING:
    from preview.chromium import Browser

ROOT = Path(__file__).resolve().parents[1]
REAL_RELEASE = ROOT.parent / "shared" / "real" / "arc_litter-v01" / "arc_litter-v01.json"
SCHEMES = ("light", "dark")
WIDTHS = (390, 1440)  # pixels: a phone and a desktop
HEIGHT = 1000  # of a window, in pixels
_CARD_PAGE = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>
body {{ font: 16px/1.5 sans-serif; margin: 24px auto; max-width: 860px; padding: 0 16px }} img {{ max-width: 100% }}
table {{ border-collapse: collapse; display: block; overflow-x: auto }} td, th {{ border: 1px solid #8888; padding: 4px 10px }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0b0f19; color: #d1d5db }} }}</style>{body}"""  # noqa: E501


def main() -> None:
    """Draw the pictures and capture the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder to write to")
    parser.add_argument("--only", help="the name of one release, such as demo or vectors")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    from preview.chromium import chromium

    from segments_hf.demo import demo_release

    with tempfile.TemporaryDirectory() as work, chromium() as browser:
        releases = {path.parent.name: path for path in write_drawn_releases(Path(work))}
        releases = {"demo": demo_release(), "arc_litter": real_release(Path(work)), **releases}
        for name, release in releases.items():
            if options.only in {None, name} and release.is_file():
                folder = options.folder / name
                folder.mkdir(parents=True, exist_ok=True)
                draw_pictures(release, folder)
                capture_preview(browser, release, folder)
                capture_card(browser, release, folder)


def real_release(folder: Path) -> Path:
    """Write a copy of the real release with the samples whose files are on this machine, and return its path.

    If the real release is not on this machine, no file is written to the path.
    """
    files = {path.name: path for path in REAL_RELEASE.parent.glob("segments/*/*/*")}
    path = folder / "arc_litter.json"
    if not REAL_RELEASE.is_file():
        return path
    release = json.loads(REAL_RELEASE.read_text())
    samples = [sample for sample in release["dataset"]["samples"] if sample["name"] in files]
    for sample in samples:
        sample["attributes"]["image"]["url"] = str(files[sample["name"]])
        for labelset, label in sample["labels"].items():
            if label and "segmentation_bitmap" in label["attributes"]:
                bitmap = files[f"{Path(sample['name']).stem}_label_{labelset}.png"]
                label["attributes"]["segmentation_bitmap"]["url"] = str(bitmap)
    release["dataset"]["samples"] = samples
    path.write_text(json.dumps(release))
    return path


def draw_pictures(release: Path, folder: Path) -> None:
    """Draw the contact sheet, a plot and the figures of `stats`."""
    import segments_hf
    from segments_hf.stats.figures import save_figures

    segments_hf.contact_sheet(release).save(folder / "sheet.png")
    segments_hf.plot(release).savefig(folder / "plot.png", dpi=100)
    save_figures(segments_hf.stats(release, assets=True), folder / "figures")


def capture_preview(browser: Browser, release: Path, folder: Path) -> None:
    """Capture the preview page: its gallery and its viewer."""
    import segments_hf

    page = segments_hf.preview(release, folder / "preview.html")
    for scheme in SCHEMES:
        for width in WIDTHS:
            browser.open(page, width=width, height=HEIGHT, scheme=scheme)
            browser.screenshot().save(folder / f"gallery-{scheme}-{width}.png")
            browser.open(page, width=width, height=HEIGHT, scheme=scheme, fragment="#sample-1")
            browser.screenshot().save(folder / f"viewer-{scheme}-{width}.png")


def capture_card(browser: Browser, release: Path, folder: Path) -> None:
    """Push the rows and their layout for object detection to a Hub server on this machine, and capture the card."""
    from hub.server.hub_server import HubServer

    import segments_hf

    # Each release has its own repository, because `huggingface_hub` caches the card of a repository.
    repo_id = f"jane/{folder.name}"
    hub = HubServer(urlsplit(os.environ["HF_ENDPOINT"]).port or 0)
    hub.start()
    try:
        dataset = segments_hf.load_release(release, streaming=True)
        for layout in (None, "object-detection"):
            segments_hf.push_to_hub(dataset, repo_id, layout=layout, config_name=layout or "default")
        files = hub.files(repo_id)
    finally:
        hub.stop()
    card = folder / "card"
    for path, content in files.items():
        if path.endswith((".jpg", ".md")):
            (card / path).parent.mkdir(parents=True, exist_ok=True)
            (card / path).write_bytes(content)
    text = files["README.md"].decode().split("---\n", 2)[2]
    page = card / "card.html"
    page.write_text(_CARD_PAGE.format(body=MarkdownIt("commonmark", {"html": True}).enable("table").render(text)))
    for scheme in SCHEMES:
        for width in WIDTHS:
            browser.open(page, width=width, height=2600, scheme=scheme)
            browser.screenshot().save(folder / f"card-{scheme}-{width}.png")


if __name__ == "__main__":
    with socket.socket() as unused_port:
        unused_port.bind(("127.0.0.1", 0))
        port = unused_port.getsockname()[1]
    # `huggingface_hub` and `datasets` read these variables only once, when they are imported.
    os.environ.update(HF_ENDPOINT=f"http://127.0.0.1:{port}", HF_HUB_DISABLE_XET="1")
    os.environ["HF_TOKEN"] = "hf_jane"  # noqa: S105  (a user of the Hub on this machine)
    os.environ.pop("HF_HUB_OFFLINE", None)
    with tempfile.TemporaryDirectory() as home:
        os.environ["HF_HOME"] = home
        main()
