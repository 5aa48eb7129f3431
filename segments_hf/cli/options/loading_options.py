"""The options of `load_release`, which decorators add to commands."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from segments_hf.cli.help_text import ASSETS_AND_LABELS, FILTERS, INPUT, NETWORK, SPLITS
from segments_hf.cli.options.option_values import parse_metadata, parse_rewrites, parse_splits
from segments_hf.cli.options.shared_options import one_of
from segments_hf.io.fetch_options import SIZE_OPTIONS, FetchOptions, default_of, meaning_of

# For each field of `FetchOptions`: its group in the help, and the form of its value, such as NUMBER. The form is None
# if the value is one of several names, because the help lists these names.
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


def _loading(
    labelset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The labelset to read; by default the ground truth, or the only labelset.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    sensor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The sensor to read from a release of several sensors. By default, the sensor with point clouds; "
            "required if no sensor has point clouds, or several have.",
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
            help="Keep only samples that have this value of KEY in their metadata. Repeat the option to require values "
            "of several keys.",
            rich_help_panel=FILTERS,
        ),
    ] = None,
    splits: Annotated[
        str | None,
        typer.Option(
            metavar="SPLITS",
            help="The splits to make: fractions of the samples, such as train=.8,val=.2; or metadata:KEY for one "
            "split for each value of KEY in the metadata.",
            rich_help_panel=SPLITS,
        ),
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option(
            metavar="metadata:KEY",
            help="Put the samples with the same value of KEY in their metadata, such as the images of one scene, into "
            "the same split. Needs fractions in --splits.",
            rich_help_panel=SPLITS,
        ),
    ] = None,
    segments_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A folder to which the official SDK downloaded images and bitmaps. They are not downloaded again, "
            "except bitmaps with too few bits per pixel for the ids of the annotations. The folder is not used for "
            "sequences and point clouds.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    on_error: Annotated[
        str,
        one_of(
            ("raise", "skip", "keep"),
            "What to do with a sample that cannot be read or converted. raise: stop. skip: leave the sample out. "
            "keep: keep the sample, with null in the affected columns, or leave it out if nothing of it can be read.",
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
            help="Give each split its fraction of the samples, rounded to a whole number of samples. With --split-by, "
            "samples with the same value of KEY stay together, so the size of a split may differ from its fraction. "
            "Without --exact, the sizes of all splits are approximate. Needs fractions in --splits.",
            rich_help_panel=SPLITS,
        ),
    ] = False,
    load_assets: Annotated[
        bool,
        typer.Option(
            help="Whether to download images, bitmaps and point clouds. If not, their columns in a dataset are null.",
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
    """Parse options of `load_release`. The fields of `FetchOptions` are not among them."""
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


_SensorToPush = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The sensor to push from a release of several sensors. By default, all sensors are pushed, each to a "
        "configuration of its own.",
        rich_help_panel=INPUT,
    ),
]
_OnExportError = Annotated[
    str,
    one_of(
        ("raise", "skip"),
        "What to do with a sample that cannot be read or exported. raise: stop. skip: leave the sample out.",
        INPUT,
    ),
]
_LoadAssetsForExport = Annotated[
    bool,
    typer.Option(
        help="Whether to download images, bitmaps and point clouds. If not, an export that needs one of them fails.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]
_CamerasForExport = Annotated[
    bool,
    typer.Option(
        "--cameras",
        help="When point clouds are downloaded, also download the images of their cameras. For a format that contains "
        "these images, they are downloaded even without this option.",
        rich_help_panel=ASSETS_AND_LABELS,
    ),
]


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


def _annotation(field: dataclasses.Field[Any], value_type: object) -> object:
    """Return the annotation of a field of `FetchOptions` as a parameter. A size is text; `FetchOptions` parses it."""
    group, metavar = _FETCHING[field.name]
    if get_origin(value_type) is Literal:
        return Annotated[str, one_of(get_args(value_type), meaning_of(field), group)]
    parsed_type = str if field.name in SIZE_OPTIONS else value_type
    return Annotated[parsed_type, typer.Option(metavar=metavar, help=meaning_of(field), rich_help_panel=group)]


def with_loading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` to a command, which receives their parsed values as `loading`."""
    return _with_options(command)


def with_loading_for_push(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` to the command ``push``, which pushes all sensors by default."""
    return _with_options(command, other_annotations={"sensor": _SensorToPush})


def with_loading_for_export(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` to the command ``export``, which makes files instead of columns.

    The command refuses ``--on-error keep``.
    """
    others = {"on_error": _OnExportError, "load_assets": _LoadAssetsForExport, "cameras": _CamerasForExport}
    return _with_options(command, other_annotations=others)


def with_reading(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` to a command, without `load_assets`, `on_error` and those that make splits.

    The command receives their parsed values as `loading`.
    """
    return _with_options(command, left_out=("load_assets", "on_error", "splits", "exact", "split_by"))


def with_reading_of_splits(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `load_release` other than `load_assets` and `on_error` to a command.

    The command receives their parsed values as `loading`.
    """
    return _with_options(command, left_out=("load_assets", "on_error"))


def _with_options(
    command: Callable[..., None], *, left_out: Sequence[str] = (), other_annotations: Mapping[str, object] | None = None
) -> Callable[..., None]:
    """Add the parameters of `_loading` and the fields of `FetchOptions` to a command as options.

    Args:
        command: The command. It receives the parsed values as `loading`.
        left_out: The parameters of `_loading` that are not added.
        other_annotations: New annotations for parameters of `_loading`, by the name of the parameter.
    """
    annotations = other_annotations or {}
    loading = inspect.signature(_loading, eval_str=True).parameters
    shared = {
        name: parameter.replace(annotation=annotations.get(name, parameter.annotation))
        for name, parameter in loading.items()
        if name not in left_out
    }
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
