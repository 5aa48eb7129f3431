"""``segments-hf build``: write a release as a dataset to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line
from segments_hf.cli.split_sizes import print_split_sizes


@options.with_loading
def build(
    release: options.Release,
    out: Annotated[Path, typer.Argument(help="The folder to write the dataset to.")],
    format: Annotated[  # noqa: A002
        str,
        options.one_of(
            ("arrow", "parquet"),
            "The format of the files. arrow: for `load_from_disk` of datasets. parquet: for `load_dataset`.",
        ),
    ] = "arrow",
    split: Annotated[str | None, typer.Option(help="The split to write; by default all splits.")] = None,
    num_proc: Annotated[int | None, typer.Option(min=1, help="The number of processes; by default 1.")] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(help="The cache folder of `datasets`, in which the dataset is built.")
    ] = None,
    *,
    loading: dict[str, Any],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the folder if it exists.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Build a dataset from a release and write it to a folder, with the images and bitmaps."""
    import datasets

    from segments_hf.dataset.load import release_builder
    from segments_hf.dataset.save import check_output, save_build

    if quiet:
        datasets.disable_progress_bars()
    check_output(out, overwrite=overwrite)  # before the build, which may take hours
    builder = release_builder(
        release,
        cache_dir=cache_dir,
        **loading,
    )
    if not quiet:
        print_split_sizes(builder)
    save_build(
        builder, out, "parquet" if format == "parquet" else "arrow", split=split, overwrite=overwrite, num_proc=num_proc
    )
    written = {split: builder.info.splits[split]} if split else builder.info.splits
    _summarize({name: part.num_examples for name, part in written.items()}, out, format)


def _summarize(rows: dict[str, int], out: Path, file_format: str) -> None:
    for name, count in rows.items():
        print_line(f"{name}: {count} rows")
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print_line(f"Wrote {out} ({size / 1e6:.1f} MB)")
    call = f"load_from_disk({str(out)!r})" if file_format == "arrow" else f"load_dataset({str(out)!r})"
    print_line(f"Load it with datasets.{call}")
