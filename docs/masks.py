"""Draw docs/masks.png: an image of the demo release, its bitmap, and its masks as image viewers show them.

Run it with `python docs/masks.py`.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from segments_hf import add_instance_masks, add_semantic_masks, load_release
from segments_hf.demo import demo_release

COLUMNS = ["image", "segmentation_bitmap", "semantic_mask", "instance_mask"]
WIDTH, GAP, CAPTION = 240, 10, 20


def main() -> None:
    """Draw the picture."""
    rows = load_release(demo_release(), split="train", streaming=True).take(1)
    row = next(iter(add_instance_masks(add_semantic_masks(rows))))
    height = WIDTH * row["height"] // row["width"]
    sheet = Image.new("RGB", (len(COLUMNS) * (WIDTH + GAP) + GAP, height + CAPTION + 2 * GAP), "white")
    pen = ImageDraw.Draw(sheet)
    for index, column in enumerate(COLUMNS):
        left = GAP + index * (WIDTH + GAP)
        sheet.paste(row[column].convert("RGB").resize((WIDTH, height), Image.Resampling.NEAREST), (left, GAP))
        pen.text((left, height + GAP + 4), column, "black", ImageFont.load_default(13))
    sheet.save(Path(__file__).with_name("masks.png"), optimize=True)


if __name__ == "__main__":
    main()
