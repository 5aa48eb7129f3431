"""The options that several commands share: the options of `load_release` and the options of the output."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from segments_hf.io.choices import listed_choices, suggestion
from segments_hf.io.fetch_options import FetchOptions, meaning_of

# The groups of options in a help text. Each group has its own column widths, so that the names of the options fit into
# 80 columns.
_SAMPLES, _DOWNLOADS = "Samples", "Downloads"


def one_of(choices: Sequence[str], help_text: str, group: str | None = None) -> object:
    """Return an option whose value is one of several names. The error for another name suggests the closest one.

    Args:
        choices: The names.
        help_text: The help of the option.
        group: The group of the option in the help of a command; None for the group of the command's own options.
    """

    def parse(text: str) -> str:
        if text not in choices:
            raise typer.BadParameter(
                f"got {text!r}, expected one of {listed_choices(choices)}{suggestion(text, choices)}"
            )
        return text

    return typer.Option(
        parser=parse,
        metavar="|".join(choices),
        autocompletion=lambda: list(choices),
        help=help_text,
        rich_help_panel=group,
    )


Release = Annotated[
    str, typer.Argument(help="The release: a path, a URL, or owner/dataset@release for a release on Segments.ai.")
]
MaxReleaseBytes = Annotated[
    int,
    typer.Option(
        help=meaning_of(next(item for item in dataclasses.fields(FetchOptions) if item.name == "max_release_bytes"))
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress bars.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def _loading(
    labelset: Annotated[
        str | None, typer.Option(help="The labelset to read; by default the ground truth.", rich_help_panel=_SAMPLES)
    ] = None,
    filter_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            help="Keep only samples with this label status. Repeat the option to keep several statuses.",
            rich_help_panel=_SAMPLES,
        ),
    ] = None,
    filter_by_metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Keep only samples with this metadata value. Repeat the option to require several values.",
            rich_help_panel=_SAMPLES,
        ),
    ] = None,
    splits: Annotated[
        str | None,
        typer.Option(
            metavar="SPLITS",
            help="The splits to make: fractions of the samples, such as train=.8,val=.2; or metadata:KEY for one "
            "split per value of KEY.",
            rich_help_panel=_SAMPLES,
        ),
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option(
            metavar="metadata:KEY",
            help="Keep the samples with the same value of KEY, such as a scene, in one split. Needs fractions in "
            "--splits.",
            rich_help_panel=_SAMPLES,
        ),
    ] = None,
    segments_dir: Annotated[
        Path | None,
        typer.Option(
            help="A folder of files that the official SDK downloaded. A file in it is not downloaded again.",
            rich_help_panel=_DOWNLOADS,
        ),
    ] = None,
    on_error: Annotated[
        str,
        one_of(
            ("raise", "skip", "keep"),
            "What to do with a sample that cannot be read. raise: stop. skip: leave the sample out. "
            "keep: keep the sample without the unreadable part.",
            _SAMPLES,
        ),
    ] = "raise",
    rewrite: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW",
            help="Replace the prefix OLD of URLs with NEW. Repeat the option for several prefixes.",
            rich_help_panel=_DOWNLOADS,
        ),
    ] = None,
    *,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact",
            help="Round the number of samples of each split to its fraction in --splits.",
            rich_help_panel=_SAMPLES,
        ),
    ] = False,
    load_assets: Annotated[
        bool, typer.Option(help="Download the images and bitmaps; otherwise their columns are null.")
    ] = True,
) -> dict[str, Any]:
    """Return the options of `load_release` other than the fields of `FetchOptions`."""
    return {
        "labelset": labelset,
        "filter_by": filter_by or None,
        "filter_by_metadata": parse_metadata(filter_by_metadata),
        "splits": parse_splits(splits),
        "exact": exact,
        "split_by": split_by,
        "segments_dir": segments_dir,
        "on_error": on_error,
        "resolve": parse_rewrites(rewrite),
        "load_assets": load_assets,
    }


def _fetching() -> dict[str, inspect.Parameter]:
    """Return the fields of `FetchOptions` as parameters of a command."""
    types = get_type_hints(FetchOptions)
    return {
        field.name: inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=_annotation(types[field.name], meaning_of(field)),
        )
        for field in dataclasses.fields(FetchOptions)
    }


def _annotation(kind: object, help_text: str) -> object:
    if get_origin(kind) is Literal:
        return Annotated[str, one_of(get_args(kind), help_text, _DOWNLOADS)]
    return Annotated[kind, typer.Option(help=help_text, rich_help_panel=_DOWNLOADS)]


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


def parse_metadata(pairs: list[str] | None) -> dict[str, Any] | None:
    """Parse KEY=VALUE pairs. A value that is valid JSON is decoded; any other value is text."""
    from segments_hf.io.json_codec.json_decoding import JsonError, read_json

    values: dict[str, Any] = {}
    for pair in pairs or []:
        key, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"got {pair!r}, expected KEY=VALUE", param_hint="--filter-by-metadata")
        try:
            values[key] = read_json(value)
        except JsonError:
            values[key] = value
    return values or None


def parse_splits(text: str | None) -> dict[str, float] | str | None:
    """Parse the fraction of each split; ``metadata:KEY`` is returned as it is."""
    if text is None or text.startswith("metadata:"):
        return text
    try:
        return {name.strip(): float(part) for name, part in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise typer.BadParameter(
            f"got {text!r}, expected fractions, such as train=0.8,test=0.2, or metadata:KEY", param_hint="--splits"
        ) from None


def parse_rewrites(rewrites: list[str] | None) -> dict[str, str] | None:
    """Parse OLD=NEW pairs into the new prefix of URLs for each old prefix."""
    prefixes = {}
    for rewrite in rewrites or []:
        old, _, new = rewrite.partition("=")
        if not old or not new:
            raise typer.BadParameter(
                f"got {rewrite!r}, expected OLD=NEW, such as https://old.example/=https://new.example/",
                param_hint="--rewrite",
            )
        prefixes[old] = new
    return prefixes or None


def parse_image_range(text: str | None) -> tuple[float, float] | None:
    """Parse LOW,HIGH: the pixel values that become black and white."""
    from segments_hf.errors import OptionError
    from segments_hf.images.depth.scaling import checked_range

    try:
        return None if text is None else checked_range(text.split(","))
    except OptionError:
        raise typer.BadParameter(
            f"got {text!r}, expected two numbers in ascending order, such as 0,4095", param_hint="--image-range"
        ) from None
