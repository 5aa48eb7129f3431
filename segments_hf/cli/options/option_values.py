"""Parse the values of options that several commands share. Errors name the option."""

from __future__ import annotations

from typing import Any

import typer


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
    """Parse the fraction of each split. The text ``metadata:KEY`` is returned unchanged."""
    if text is None or text.startswith("metadata:"):
        return text
    try:
        return {name.strip(): float(part) for name, part in (item.split("=") for item in text.split(","))}
    except ValueError:
        raise typer.BadParameter(
            f"got {text!r}, expected fractions, such as train=0.8,test=0.2, or metadata:KEY", param_hint="--splits"
        ) from None


def parse_rewrites(rewrites: list[str] | None) -> dict[str, str] | None:
    """Parse OLD=NEW pairs, and return the new prefix of URLs for each old prefix."""
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
    """Parse LOW,HIGH: the pixel values for black and for white."""
    from segments_hf.errors import OptionError
    from segments_hf.images.depth.scaling import checked_range

    try:
        return None if text is None else checked_range(text.split(","))
    except OptionError:
        raise typer.BadParameter(
            f"got {text!r}, expected two numbers in ascending order, such as 0,4095", param_hint="--image-range"
        ) from None


def parse_fields(text: str | None) -> list[str] | None:
    """Parse the names of the fields of the points in a layout. Commas separate the names."""
    return None if text is None else [name.strip() for name in text.split(",")]
