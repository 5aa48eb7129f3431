"""``segments-hf build``: a release as a dataset in a folder."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer

from segments_hf.cli.console import output


class Format(str, enum.Enum):
    """What the folder holds."""

    arrow = "arrow"
    parquet = "parquet"


class OnError(str, enum.Enum):
    """What to do with a sample that is wrong."""

    stop = "raise"
    skip = "skip"
    keep = "keep"


def build(
    release: Annotated[str, typer.Argument(help="The release file: a path or a URL.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    format: Annotated[  # noqa: A002
        Format, typer.Option(help="arrow: for load_from_disk. parquet: for load_dataset.")
    ] = Format.arrow,
    split: Annotated[str | None, typer.Option(help="The split to write; by default all of them.")] = None,
    labelset: Annotated[str | None, typer.Option(help="The labelset; by default the ground truth.")] = None,
    task: Annotated[str | None, typer.Option(help="The same, as the original SDK called it.")] = None,
    filter_by: Annotated[
        list[str] | None, typer.Option(help="A label status that is wanted; may be given several times.")
    ] = None,
    filter_by_metadata: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Metadata that is wanted; all of several.")
    ] = None,
    splits: Annotated[
        str | None, typer.Option(metavar="train=0.8,test=0.2|metadata:KEY", help="How to split the samples.")
    ] = None,
    segments_dir: Annotated[
        Path | None, typer.Option(help="A folder of the original SDK's, in which pictures are looked for first.")
    ] = None,
    on_error: Annotated[OnError, typer.Option(help="What to do with a sample that is wrong.")] = OnError.stop,
    num_proc: Annotated[int | None, typer.Option(min=1, help="How many processes build.")] = None,
    cache_dir: Annotated[Path | None, typer.Option(help="Where `datasets` keeps its Arrow files.")] = None,
    *,
    load_assets: Annotated[bool, typer.Option(help="Fetch the pictures, or leave them null.")] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a folder that exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Build a dataset from a release into a folder, pictures included."""
    import datasets

    from segments_hf.dataset.load import release_builder
    from segments_hf.dataset.save import check_output, save_build

    if quiet:
        datasets.disable_progress_bars()
    check_output(out, overwrite=overwrite)  # before the work, not only after it
    builder = release_builder(
        release,
        cache_dir=cache_dir,
        labelset=labelset,
        task=task,
        filter_by=filter_by or None,
        filter_by_metadata=_metadata(filter_by_metadata or []) or None,
        splits=_splits(splits),
        segments_dir=segments_dir,
        load_assets=load_assets,
        on_error=on_error.value,
    )
    save_build(builder, out, format.value, split=split, overwrite=overwrite, num_proc=num_proc)
    written = {split: builder.info.splits[split]} if split else builder.info.splits
    _summarize({name: part.num_examples for name, part in written.items()}, out, format)


def _metadata(pairs: list[str]) -> dict[str, Any]:
    """Key and value of each pair; a value that is JSON is what it says, any other is text."""
    import msgspec

    wanted: dict[str, Any] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"got {pair!r}, wanted KEY=VALUE", param_hint="--filter-by-metadata")
        try:
            wanted[key] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            wanted[key] = value
    return wanted


def _splits(text: str | None) -> dict[str, float] | str | None:
    if text is None or text.startswith("metadata:"):
        return text
    try:
        return {name.strip(): float(part) for name, part in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise typer.BadParameter(
            f"got {text!r}, wanted train=0.8,test=0.2 or metadata:KEY", param_hint="--splits"
        ) from None


def _summarize(rows: dict[str, int], out: Path, file_format: Format) -> None:
    from rich.markup import escape

    for name, count in rows.items():
        output.print(f"{name}: {count} rows", highlight=False)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    output.print(f"Wrote {escape(str(out))} ({size / 1e6:.1f} MB)", highlight=False, soft_wrap=True)
    call = f"load_from_disk({str(out)!r})" if file_format is Format.arrow else f"load_dataset({str(out)!r})"
    output.print(f"Load it with datasets.{escape(call)}", highlight=False, soft_wrap=True)
