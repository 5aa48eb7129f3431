"""The options of `load_release` on the command line, which several commands have."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer


class OnError(str, enum.Enum):
    """What to do with a sample that is wrong."""

    stop = "raise"
    skip = "skip"
    keep = "keep"


Release = Annotated[str, typer.Argument(help="The release file: a path or a URL.")]
Labelset = Annotated[str | None, typer.Option(help="The labelset; by default the ground truth.")]
Task = Annotated[str | None, typer.Option(help="The same, as the original SDK called it.")]
FilterBy = Annotated[list[str] | None, typer.Option(help="A label status that is wanted; may be given several times.")]
FilterByMetadata = Annotated[
    list[str] | None, typer.Option(metavar="KEY=VALUE", help="Metadata that is wanted; all of several.")
]
Splits = Annotated[
    str | None, typer.Option(metavar="train=0.8,test=0.2|metadata:KEY", help="How to split the samples.")
]
SegmentsDir = Annotated[
    Path | None, typer.Option(help="A folder of the original SDK's, in which pictures are looked for first.")
]
OnErrorOption = Annotated[OnError, typer.Option(help="What to do with a sample that is wrong.")]
LoadAssets = Annotated[bool, typer.Option(help="Fetch the pictures, or leave them null.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def parse_metadata(pairs: list[str] | None) -> dict[str, Any] | None:
    """Key and value of each pair; a value that is JSON is what it says, any other is text."""
    import msgspec

    wanted: dict[str, Any] = {}
    for pair in pairs or []:
        key, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"got {pair!r}, wanted KEY=VALUE", param_hint="--filter-by-metadata")
        try:
            wanted[key] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            wanted[key] = value
    return wanted or None


def parse_splits(text: str | None) -> dict[str, float] | str | None:
    """The fraction of each split, or ``metadata:KEY``."""
    if text is None or text.startswith("metadata:"):
        return text
    try:
        return {name.strip(): float(part) for name, part in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise typer.BadParameter(
            f"got {text!r}, wanted train=0.8,test=0.2 or metadata:KEY", param_hint="--splits"
        ) from None
