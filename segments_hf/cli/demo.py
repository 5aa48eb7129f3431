"""``segments-hf demo``: write the demo release, and the files that segments-hf makes from it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from segments_hf.cli.console import print_line

EXAMPLES = "segments-hf demo"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write.")] = Path("segments-hf-demo"),
) -> None:
    """Write a folder with the demo release, a dataset, pictures and a training script, and print the next steps.

    The demo release has drawn images of flowers. The command needs no account and no network. If it runs again, it
    replaces the files that it wrote and keeps other files.
    """
    import datasets

    from segments_hf.demo_folder import CONTENTS, RELEASE, SCRIPT, write_demo

    datasets.disable_progress_bars()
    write_demo(folder)
    print_line(f"Wrote {folder}:")
    texts = {f"{name}/" if (folder / name).is_dir() else name: text for name, text in CONTENTS.items()}
    for name, text in texts.items():
        print_line(f"  {name:{max(map(len, texts))}}  {text}")
    release = _quoted(folder / RELEASE)
    steps = {
        "Check the labels, the images and the bitmaps:": f"segments-hf validate {release} --assets",
        "Train for one step (needs torch: pip install torch):": f"python {_quoted(folder / SCRIPT)}",
        "Push a private dataset to the Hugging Face Hub (log in first: hf auth login):": (
            f"segments-hf push {release} flowers-demo --layout semantic-segmentation --private"
        ),
    }
    for title, command in steps.items():
        print_line("")
        print_line(title)
        print_line(f"  {command}")


def _quoted(path: Path) -> str:
    """Return a path as an argument of a shell command."""
    text = str(path)
    return shlex.quote(os.path.join(".", text) if text.startswith("-") else text)  # noqa: PTH118  (a Path drops the dot)
