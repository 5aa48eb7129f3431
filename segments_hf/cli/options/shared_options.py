"""The options and arguments of commands, except for those that the decorators in `loading_options` add."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import typer

from segments_hf.cli.help_text import ASSETS_AND_LABELS, INPUT, OUTPUT
from segments_hf.io.choices import listed_choices, suggestion
from segments_hf.io.fetch_options import FetchOptions, meaning_of


def one_of(choices: Sequence[str], help_text: str, group: str) -> object:
    """Return an option whose value is one of several names, in upper or lower case.

    The error for another name lists the names, and suggests the closest one if it is similar.

    Args:
        choices: The names, in lower case.
        help_text: The help of the option.
        group: The group of the option in the help of a command.
    """

    def parse(text: str) -> str:
        name = text.lower()
        if name not in choices:
            raise typer.BadParameter(
                f"got {text!r}, expected one of {listed_choices(choices)}{suggestion(text, choices)}"
            )
        return name

    return typer.Option(
        parser=parse,
        metavar="|".join(choices),
        autocompletion=lambda: list(choices),
        help=help_text,
        rich_help_panel=group,
    )


Release = Annotated[
    str,
    typer.Argument(
        metavar="RELEASE", help="The release: a path, a URL, or owner/dataset@release for a release on Segments.ai."
    ),
]
MaxReleaseBytes = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help=meaning_of(next(item for item in dataclasses.fields(FetchOptions) if item.name == "max_release_bytes")),
        rich_help_panel=INPUT,
    ),
]
Layout = Annotated[
    str | None,
    typer.Option(
        metavar="LAYOUT",
        help="Convert the rows to a layout: semantic-segmentation, instance-segmentation, panoptic-segmentation or "
        "object-detection; for point clouds, point-cloud-detection or point-cloud-segmentation. By default, the rows "
        "are not converted.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
Palette = Annotated[
    bool,
    typer.Option(
        help="Write semantic masks of a layout with a palette of the class colors, or in plain grayscale. The pixel "
        "values are the same.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
ImageRange = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH",
        help="The pixel values for black and for white, such as 0,4095, when a layout converts images of more than "
        "8 bits, or of floats, to 8 bits.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="The fields of the points in a layout of point clouds, such as x,y,z. By default x,y,z,intensity.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Show no progress bars, and print only the result.", rich_help_panel=OUTPUT),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=OUTPUT)]
