"""``segments-hf demo``: the main job on the embedded release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segments_hf.cli.console import say


def demo(
    out: Annotated[Path, typer.Argument(help="The PNG to write.")] = Path("segments-hf-demo.png"),
) -> None:
    """Build the embedded demo release and draw a contact sheet: images beside their coloured masks."""
    from segments_hf.dataset.class_info import categories
    from segments_hf.dataset.load import load_release
    from segments_hf.demo import demo_release
    from segments_hf.drawing import contact_sheet
    from segments_hf.io.atomic import new_file

    dataset = load_release(demo_release(), split="train")
    classes = categories(dataset)
    names = ", ".join(category.name for category in classes)
    objects = sum(len(annotations) for annotations in dataset["annotations"])
    say(f"Built a dataset of {len(dataset)} rows with {objects} objects ({names}) from {demo_release().name}")
    out.parent.mkdir(parents=True, exist_ok=True)
    with new_file(out) as temporary:
        contact_sheet(dataset).save(temporary, "PNG")
    say(f"Wrote {out}: each image beside its mask")
