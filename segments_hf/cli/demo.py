"""``segments-hf demo``: build a dataset from the demo release, draw its images and masks, and copy the release."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from segments_hf.cli.console import print_line

RELEASE_FOLDER = "segments-hf-demo"


def demo(
    out: Annotated[Path, typer.Argument(help="The PNG file to write.")] = Path("segments-hf-demo.png"),
) -> None:
    """Build a dataset from the demo release, and draw a contact sheet: images beside their colored masks.

    A copy of the release, with its images and bitmaps, is written to the folder segments-hf-demo beside the PNG.
    """
    from segments_hf.dataset.class_info import categories
    from segments_hf.dataset.load import load_release
    from segments_hf.demo import demo_release
    from segments_hf.drawing import contact_sheet
    from segments_hf.images.encoding import png_bytes
    from segments_hf.io.disk.atomic import copy_file, write_file
    from segments_hf.io.disk.snapshots import take_snapshot
    from segments_hf.io.disk.staging import staging_folder

    expected = {out.name: take_snapshot(out)}
    folder = out.with_name(RELEASE_FOLDER)
    missing = _missing_files(folder)
    if missing:
        expected[folder.name] = take_snapshot(folder)
    dataset = load_release(demo_release(), split="train")
    names = ", ".join(category.name for category in categories(dataset))
    objects = sum(len(annotations) for annotations in dataset["annotations"])
    print_line(f"Built a dataset of {len(dataset)} rows with {objects} objects ({names}) from {demo_release().name}")
    with staging_folder(out.parent) as staging:
        write_file(staging.new / out.name, png_bytes(contact_sheet(dataset)))
        for file in missing:
            copy_file(demo_release().parent / file, staging.new / folder.name / file)
        staging.publish(expected)
    print_line(f"Wrote {out}: a contact sheet with each image beside its mask")
    release = folder / demo_release().name
    print_line(f"The release file is {release}; its images and bitmaps are in the same folder")
    print_line(f"Next: segments-hf inspect {shlex.quote(str(release))}")


def _missing_files(folder: Path) -> list[Path]:
    """Return the files of the demo release to write to a folder: all files if the folder is new, else none.

    Raises:
        OutputExistsError: The folder exists, and a file of the demo release is missing in it or differs.
    """
    from segments_hf.demo import demo_release
    from segments_hf.errors import OutputExistsError

    source = demo_release().parent
    files = [file.relative_to(source) for file in (demo_release(), *source.glob("images/*"), *source.glob("labels/*"))]
    if not folder.exists():
        return files
    for file in files:
        copy = folder / file
        if not copy.is_file() or copy.read_bytes() != (source / file).read_bytes():
            raise OutputExistsError(
                f"{folder} exists, but {file.as_posix()} in it is missing or differs from the file of the demo "
                "release; remove the folder, or run the command in another folder"
            )
    return []
