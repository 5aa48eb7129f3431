"""``segments-hf export``: write a release in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import output, print_line, print_result
from segments_hf.cli.help_text import ASSETS_AND_LABELS, OUTPUT, SPLITS
from segments_hf.cli.split_sizes import print_split_sizes
from segments_hf.io.number_text import counted

EXAMPLES = """\
# Export to COCO with the images
segments-hf export flowers-v1.0.json coco exported
# Export to YOLO in two splits, without image files
segments-hf export flowers-v1.0.json yolo labels \\
    --splits train=0.5,val=0.5 --images none
# Export the cuboids of point clouds to OpenPCDet
segments-hf export street-cuboids-v1.0.json openpcdet street-openpcdet"""


def _list_formats(is_requested: bool) -> None:
    if not is_requested:
        return
    from rich.table import Table

    from segments_hf.export import FORMATS

    table = Table("format", "content", box=None, padding=(0, 2, 0, 0))
    for listed in FORMATS.values():
        table.add_row(", ".join((listed.name, *listed.aliases)), listed.help)
    output.print(table)
    raise typer.Exit


@options.with_loading_for_export
def export(
    release: options.Release,
    format: Annotated[  # noqa: A002
        str,
        typer.Argument(
            metavar="FORMAT", help="The format, such as coco, yolo or openpcdet. --formats lists all formats."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write the export to.")],
    images: Annotated[
        str,
        options.one_of(
            ("copy", "convert", "upright", "link", "none"),
            "What to do with the image files. copy: copy the files, but leave out images and their labels if programs "
            "for the export format cannot read the images. convert: like copy, but convert such images to PNG. "
            "upright: like copy, but write an upright copy of an image that has an EXIF orientation. link: like copy, "
            "but make symbolic links to the image files. none: export no image files. For point clouds, the image "
            "files are those of the cameras, and only the values copy and none are possible.",
            ASSETS_AND_LABELS,
        ),
    ] = "copy",
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The split to export; by default all splits.", rich_help_panel=SPLITS),
    ] = None,
    *,
    class_index: Annotated[
        bool,
        typer.Option(
            "--class-index",
            help="Use class indices 0..n-1 as category ids in the COCO formats and the format polygon, instead of the "
            "category ids of the release.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    loading: dict[str, Any],
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace an earlier export of the same format in the folder.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    quiet: options.Quiet = False,
    formats: Annotated[
        bool,
        typer.Option(
            "--formats",
            is_eager=True,
            callback=_list_formats,
            help="List the formats and exit.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Export a release to another format, such as COCO, YOLO, masks or OpenPCDet."""
    del formats  # the callback lists the formats
    import datasets

    from segments_hf.dataset.load import release_builder
    from segments_hf.export import export_dataset
    from segments_hf.export.format_choice import check_labels, check_options, reads_camera_images
    from segments_hf.export.formats import find_format
    from segments_hf.labels import require_known_task

    if quiet:
        datasets.disable_progress_bars()
    format_class = find_format(format)
    check_options(format_class, images, class_index=class_index)
    loading["cameras"] = loading["cameras"] or reads_camera_images(format_class, images)
    # Links need image files in the cache. A stream contains the bytes of the images instead, and needs no cache.
    builder = release_builder(release, **loading)
    opened, labelset = builder.config.releases[0]
    task_type = opened.labelset_task_type(labelset) or None
    require_known_task(builder.info.features, task_type, "export")
    check_labels(format_class, builder.info.features, task_type)
    if not quiet:
        print_split_sizes(builder)
    if images == "link":
        builder.download_and_prepare()
    dataset = builder.as_dataset(split) if images == "link" else builder.as_streaming_dataset(split)
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
            f"Left out {counted(unsupported, 'image')} in file formats that programs for {format} cannot read; "
            "--images convert writes such images as PNG"
        )
