"""``segments-hf build``: write a release as a dataset to a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line
from segments_hf.cli.help_text import OUTPUT, SPLITS
from segments_hf.cli.options.option_values import parse_fields, parse_image_range
from segments_hf.cli.split_sizes import print_split_sizes
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.dataset.data_types import AnyDataset

EXAMPLES = """\
# Write two splits; datasets.load_from_disk("built") loads them
segments-hf build flowers-v1.0.json built --splits train=0.8,test=0.2
# Write Parquet files with an image and a semantic mask per row
segments-hf build flowers-v1.0.json masks \\
    --layout semantic-segmentation --format parquet"""


@options.with_loading
def build(
    release: options.Release,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write the dataset to.")],
    format: Annotated[  # noqa: A002
        str,
        options.one_of(
            ("arrow", "parquet"),
            "The format of the files. arrow: for `datasets.load_from_disk`. parquet: for `datasets.load_dataset`.",
            OUTPUT,
        ),
    ] = "arrow",
    layout: options.Layout = None,
    image_range: options.ImageRange = None,
    fields: options.Fields = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The split to write; by default all splits.", rich_help_panel=SPLITS),
    ] = None,
    num_proc: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="The number of processes that build the dataset; by default 1.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    cache_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The cache folder of `datasets`, in which the dataset is built.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    *,
    palette: options.Palette = True,
    loading: dict[str, Any],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier dataset in the folder.", rich_help_panel=OUTPUT)
    ] = False,
    quiet: options.Quiet = False,
) -> None:
    """Build a dataset from a release and write it to a folder, with the images, bitmaps and point clouds."""
    import datasets

    from segments_hf.dataset.load import release_builder
    from segments_hf.dataset.save import check_output, save_build
    from segments_hf.layouts import LayoutOptions, check_layout, to_layout

    if quiet:
        datasets.disable_progress_bars()
    value_range = parse_image_range(image_range)
    point_fields = parse_fields(fields)
    # These checks come before the build, which may take hours.
    check_layout(layout, LayoutOptions(None, palette, value_range, point_fields))
    check_output(out, overwrite=overwrite)
    convert: Callable[[AnyDataset], AnyDataset] | None = None
    if layout is not None:
        convert = partial(
            to_layout,
            task=layout,
            palette=palette,
            image_range=value_range,
            fields=point_fields,
            on_error=loading["on_error"],
            num_proc=num_proc,
        )
    embed = convert is not None and format == "parquet"
    builder = release_builder(release, cache_dir=cache_dir, embed=embed, **loading)
    if convert is None and builder.config.kind.point_cloud:
        # `embed` is needed because `datasets` writes the bytes of images into the files, but not those of point clouds.
        opened, _ = builder.config.releases[0]
        builder = release_builder(opened.whole, cache_dir=cache_dir, embed=True, **loading)
    if not quiet:
        print_split_sizes(builder)
    rows = save_build(
        builder,
        out,
        "parquet" if format == "parquet" else "arrow",
        split=split,
        convert=convert,
        overwrite=overwrite,
        num_proc=num_proc,
    )
    _summarize(rows, out, format)


def _summarize(rows: dict[str, int], out: Path, file_format: str) -> None:
    for name, count in rows.items():
        print_line(f"{name}: {counted(count, 'row')}")
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print_line(f"Wrote {out} ({size / 1e6:.1f} MB)")
    call = f"load_from_disk({str(out)!r})" if file_format == "arrow" else f"load_dataset({str(out)!r})"
    print_line(f"Load it with datasets.{call}")
