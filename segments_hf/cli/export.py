"""``segments-hf export``: a release in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import output, print_line, print_result


def _formats(wanted: bool) -> None:
    if not wanted:
        return
    from rich.table import Table

    from segments_hf.export import FORMATS

    table = Table("format", "what it is", box=None, padding=(0, 2, 0, 0))
    for made in FORMATS.values():
        table.add_row(", ".join((made.name, *made.aliases)), made.help)
    output.print(table)
    raise typer.Exit


@options.with_loading
def export(
    release: options.Release,
    format: Annotated[str, typer.Argument(help="The format, such as coco, yolo or pascal-voc; --formats lists them.")],  # noqa: A002
    out: Annotated[Path, typer.Argument(help="The folder to write to.")],
    images: Annotated[
        str,
        options.one_of(
            ("copy", "convert", "link", "none"),
            "copy the images, link to their files, or leave them out. convert: copy, but write images that the "
            "readers of the format do not open as PNG.",
        ),
    ] = "copy",
    split: Annotated[str | None, typer.Option(help="The split to export; by default all of them.")] = None,
    *,
    class_index: Annotated[
        bool,
        typer.Option("--class-index", help="Number categories 0..n-1 where COCO's formats have the release's ids."),
    ] = False,
    loading: dict[str, Any],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an export of this format.")] = False,
    quiet: options.Quiet = False,
    formats: Annotated[
        bool, typer.Option("--formats", is_eager=True, callback=_formats, help="List the formats, and stop.")
    ] = False,
) -> None:
    """Export a release in another format: COCO, YOLO, Pascal VOC, masks, polygons."""
    del formats  # the callback has answered it
    import datasets

    from segments_hf.dataset.load import load_release
    from segments_hf.export import export_dataset

    if quiet:
        datasets.disable_progress_bars()
    dataset = load_release(
        release,
        split=split,
        streaming=images != "link",
        **loading,
    )
    exported = export_dataset(
        dataset,
        format,
        out,
        images=images,
        class_index=class_index,
        on_error=loading["on_error"],
        overwrite=overwrite,
    )
    print_result(exported)
    if unsupported := exported.left_out["unsupported image format"]:
        print_line(
            f"Left out {unsupported} images whose format the readers of {format} do not open; "
            "--images convert writes them as PNG"
        )
