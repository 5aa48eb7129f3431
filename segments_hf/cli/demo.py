"""``segments-hf demo``: write demo releases, and the files that segments-hf makes from them."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line
from segments_hf.cli.help_text import INPUT
from segments_hf.demo import demo_release

EXAMPLES = """\
segments-hf demo
# Point clouds of a street
segments-hf demo --kind point-cloud"""

_PUSH = "Push a private dataset to the Hugging Face Hub (log in first: hf auth login):"
_DEFAULT_FOLDERS = {"image": "segments-hf-demo", "point-cloud": "segments-hf-demo-point-cloud"}  # by kind


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="The folder to write. By default segments-hf-demo, or segments-hf-demo-point-cloud with "
            "--kind point-cloud.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[str, options.one_of(list(_DEFAULT_FOLDERS), "The kind of data.", INPUT)] = "image",
) -> None:
    """Write a folder with demo releases and files that segments-hf makes from them, and print the next steps.

    --kind image writes a release of drawn images of flowers. --kind point-cloud writes three releases of simulated
    point clouds of a street. The command needs no account and no network. A second run replaces the files that the
    first run wrote. It fails if one of them was changed since, or if a file was added to a subfolder.
    """
    import datasets

    from segments_hf.demo_folder import DEMOS, write_demo

    datasets.disable_progress_bars()
    folder = folder or Path(_DEFAULT_FOLDERS[kind])
    write_demo(folder, kind)
    print_line(f"Wrote {folder}:")
    contents = DEMOS[kind].contents
    texts = {f"{name}/" if (folder / name).is_dir() else name: text for name, text in contents.items()}
    for name, text in texts.items():
        print_line(f"  {name:{max(map(len, texts))}}  {text}")
    for title, command in _STEPS[kind](folder).items():
        print_line("")
        print_line(title)
        print_line(f"  {command}")


def _flower_steps(folder: Path) -> dict[str, str]:
    """Return the next steps with the release of images: commands by their descriptions."""
    release = _quoted(folder / demo_release("flowers").name)
    return {
        "Check the labels, the images and the bitmaps:": f"segments-hf validate {release} --assets",
        "Train for one step (needs torch: pip install torch):": f"python {_quoted(folder / 'train.py')}",
        _PUSH: f"segments-hf push {release} flowers-demo --layout semantic-segmentation --private",
    }


def _street_steps(folder: Path) -> dict[str, str]:
    """Return the next steps with the releases of point clouds: commands by their descriptions."""
    cuboids = _quoted(folder / demo_release("street-cuboids").name)
    segmentation = _quoted(folder / demo_release("street-segmentation").name)
    sensors = _quoted(folder / demo_release("street-sensors").name)
    return {
        "Check the boxes, the point clouds and the images:": f"segments-hf validate {cuboids} --assets --cameras",
        "Check the classes of the points:": f"segments-hf validate {segmentation} --assets",
        "Train for one step (needs torch: pip install torch):": f"python {_quoted(folder / 'train.py')}",
        "Export the boxes for OpenPCDet (segments-hf export --formats lists other formats):": (
            f"segments-hf export {cuboids} openpcdet street-openpcdet"
        ),
        _PUSH: f"segments-hf push {cuboids} street-demo --private",
        "Push the lidar and the camera to two configurations of one private dataset:": (
            f"segments-hf push {sensors} street-sensors-demo --private"
        ),
    }


_STEPS = {"image": _flower_steps, "point-cloud": _street_steps}


def _quoted(path: Path) -> str:
    """Return a path as an argument of a shell command."""
    text = str(path)
    return shlex.quote(os.path.join(".", text) if text.startswith("-") else text)  # noqa: PTH118  (a Path drops the dot)
