"""The options that several commands share: the options of `load_release` and the options of the output."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from segments_hf.cli.help_text import ASSETS_AND_LABELS, FILTERS, INPUT, NETWORK, OUTPUT, SPLITS
from segments_hf.cli.options.option_values import parse_metadata, parse_rewrites, parse_splits
from segments_hf.io.choices import listed_choices, suggestion
from segments_hf.io.fetch_options import SIZE_OPTIONS, FetchOptions, default_of, meaning_of

# The group in the help and the form of the value of each field of `FetchOptions`. The form is None if the value is one
# of several names, which the help then lists.
_FETCHING = {
    "max_bytes": (ASSETS_AND_LABELS, "SIZE"),
    "max_pixels": (ASSETS_AND_LABELS, "NUMBER"),
    "max_points": (ASSETS_AND_LABELS, "NUMBER"),
    "verify": (ASSETS_AND_LABELS, None),
    "connections": (NETWORK, "NUMBER"),
    "in_flight": (NETWORK, "NUMBER"),
    "timeout": (NETWORK, "SECONDS"),
    "max_release_bytes": (INPUT, "SIZE"),
}


def one_of(choices: Sequence[str], help_text: str, group: str) -> object:
    """Return an option whose value is one of several names, in upper or lower case.

    The error for another name suggests the closest one.

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
        help="Write semantic masks of a layout in the colors of the classes, or in plain grayscale. The pixel values "
        "are the same.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
ImageRange = Annotated[
    str | None,
    typer.Option(
        metavar="LOW,HIGH",
        help="The pixel values that become black and white, such as 0,4095, when a layout converts images of more than "
        "8 bits.",
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
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress bars.", rich_help_panel=OUTPUT)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=OUTPUT)]


def _loading(
    labelset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The labelset to read; by default the ground truth.", rich_help_panel=INPUT),
    ] = None,
    sensor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The sensor to read from a release of several sensors. By default, the sensor with point clouds if "
            "there is exactly one; push reads all sensors.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    filter_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            help="Keep only samples with this label status, such as reviewed. Repeat the option to keep several "
            "statuses.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    filter_by_metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Keep only samples with this metadata value. Repeat the option to require several values.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    splits: Annotated[
        str | None,
        typer.Option(
            metavar="SPLITS",
            help="The splits to make: fractions of the samples, such as train=.8,val=.2; or metadata:KEY for one "
            "split per value of KEY.",
            rich_help_panel=SPLITS,
        ),
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option(
            metavar="metadata:KEY",
            help="Keep the samples with the same value of KEY, such as a scene, in one split. Needs fractions in "
            "--splits.",
            rich_help_panel=SPLITS,
        ),
    ] = None,
    segments_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A folder of files that the official SDK downloaded. A file in it is not downloaded again.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    on_error: Annotated[
        str,
        one_of(
            ("raise", "skip", "keep"),
            "What to do with a sample that cannot be read. raise: stop. skip: leave the sample out. "
            "keep: keep the sample without the unreadable part.",
            INPUT,
        ),
    ] = "raise",
    rewrite: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW",
            help="Replace the prefix OLD of URLs with NEW. Repeat the option for several prefixes.",
            rich_help_panel=NETWORK,
        ),
    ] = None,
    *,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact",
            help="Give each split its fraction of the samples, rounded to a whole number. Needs fractions in --splits.",
            rich_help_panel=SPLITS,
        ),
    ] = False,
    load_assets: Annotated[
        bool,
        typer.Option(
            help="Download images, bitmaps and point clouds, or leave them out. In a dataset, their columns are then "
            "null.",
            rich_help_panel=ASSETS_AND_LABELS,
        ),
    ] = True,
    cameras: Annotated[
        bool,
        typer.Option(
            "--cameras",
            help="When point clouds are downloaded, also download the images of their cameras.",
            rich_help_panel=ASSETS_AND_LABELS,
        ),
    ] = False,
) -> dict[str, Any]:
    """Return the options of `load_release` other than the fields of `FetchOptions`."""
    return {
        "labelset": labelset,
        "sensor": sensor,
        "filter_by": filter_by or None,
        "filter_by_metadata": parse_metadata(filter_by_metadata),
        "splits": parse_splits(splits),
        "exact": exact,
        "split_by": split_by,
        "segments_dir": segments_dir,
        "on_error": on_error,
        "resolve": parse_rewrites(rewrite),
        "load_assets": load_assets,
        "cameras": cameras,
    }


def _fetching() -> dict[str, inspect.Parameter]:
    """Return the fields of `FetchOptions` as parameters of a command."""
    types = get_type_hints(FetchOptions)
    return {
        field.name: inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default_of(field),
            annotation=_annotation(field, types[field.name]),
        )
        for field in dataclasses.fields(FetchOptions)
    }


def _annotation(field: dataclasses.Field[Any], kind: object) -> object:
    """Return the annotation of a field of `FetchOptions` as a parameter. A size is text, which `FetchOptions` reads."""
    group, metavar = _FETCHING[field.name]
    if get_origin(kind) is Literal:
        return Annotated[str, one_of(get_args(kind), meaning_of(field), group)]
    kind = str if field.name in SIZE_OPTIONS else kind
    return Annotated[kind, typer.Option(metavar=metavar, help=meaning_of(field), rich_help_panel=group)]


def with_loading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` to a command, which receives their parsed values as `loading`."""
    return _with_options(command, left_out=())


def with_reading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` that select samples or control downloads to a command.

    The options that make splits are left out. The command receives the parsed values as `loading`.
    """
    return _with_options(command, left_out=("load_assets", "on_error", "splits", "exact", "split_by"))


def with_reading_of_splits(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` other than `load_assets` and `on_error` to a command.

    The command receives their parsed values as `loading`.
    """
    return _with_options(command, left_out=("load_assets", "on_error"))


def _with_options(command: Callable[..., None], left_out: tuple[str, ...]) -> Callable[..., None]:
    loading = inspect.signature(_loading, eval_str=True).parameters
    shared = {name: parameter for name, parameter in loading.items() if name not in left_out}
    fetching = _fetching()
    own = inspect.signature(command, eval_str=True).parameters
    parameters = [*(own[name] for name in own if name != "loading"), *shared.values(), *fetching.values()]

    @functools.wraps(command)
    def run(**arguments: object) -> None:
        fetch_options = {name: arguments.pop(name) for name in fetching}
        chosen: dict[str, Any] = {name: arguments.pop(name) for name in shared}
        options = _loading(**chosen)
        kept = {name: value for name, value in options.items() if name not in left_out}
        command(**arguments, loading={**kept, **fetch_options})

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
