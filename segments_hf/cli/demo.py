"""``segments-hf demo``: the main job on the embedded release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segments_hf.cli.console import print_line


def demo(
    out: Annotated[Path, typer.Argument(help="The PNG to write.")] = Path("segments-hf-demo.png"),
) -> None:
    """Build the embedded demo release and draw a contact sheet: images beside their colored masks."""
    from segments_hf.dataset.class_info import categories
    from segments_hf.dataset.load import load_release
    from segments_hf.demo import demo_release
    from segments_hf.drawing import contact_sheet
    from segments_hf.images.encoding import png_bytes
    from segments_hf.io.disk.snapshots import take_snapshot
    from segments_hf.io.disk.staging import write_new_file

    expected = take_snapshot(out)
    dataset = load_release(demo_release(), split="train")
    classes = categories(dataset)
    names = ", ".join(category.name for category in classes)
    objects = sum(len(annotations) for annotations in dataset["annotations"])
    print_line(f"Built a dataset of {len(dataset)} rows with {objects} objects ({names}) from {demo_release().name}")
    write_new_file(out, png_bytes(contact_sheet(dataset)), expected)
    print_line(f"Wrote {out}: each image beside its mask")
