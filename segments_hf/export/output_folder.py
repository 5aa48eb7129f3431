"""The folder of an export: what is new appears in it when all of it is whole, and nothing of others is lost."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from segments_hf.errors import OutputExistsError
from segments_hf.io.disk.atomic import remove_empty_folder, write_file
from segments_hf.io.disk.snapshots import take_snapshot
from segments_hf.io.disk.staging import remove_leftovers, staging_folder
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MARKER = ".segments-hf-export.json"  # which export made each file and folder beside it
_MADE_BY: JsonDecoder[dict[str, str]] = JsonDecoder(dict[str, str])


@contextmanager
def new_output(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """A folder to write an export to, whose content is moved to its place at the end.

    Args:
        folder: The place.
        name: The format.
        entries: The files and folders that are written.
        overwrite: Whether those of an export that was made before in this format are replaced; all of them go.

    Raises:
        OutputExistsError: Something is there that is not to be replaced, from the beginning or at the end.
        StorageError: The disk does not take the files.
    """
    folder = folder.expanduser().resolve()
    remove_leftovers(folder)
    made = _check(folder, name, entries, overwrite=overwrite)
    replaced = [entry for entry, by in made.items() if by == name]
    # The marker comes first: it decides which one of two exports wins.
    expected = {entry: take_snapshot(folder / entry) for entry in [_MARKER, *entries, *replaced]}
    is_new = not folder.exists()
    try:
        with staging_folder(folder) as staging:
            yield staging.new
            written = sorted(path.name for path in staging.new.iterdir())
            kept = {entry: by for entry, by in made.items() if by != name}
            write_file(staging.new / _MARKER, msgspec.json.encode(kept | dict.fromkeys(written, name)))
            staging.publish(expected)
    finally:
        if is_new:
            remove_empty_folder(folder)


def _check(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> dict[str, str]:
    """Checks that the entries may be written; returns which export made what is there."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file, wanted a folder; choose another place")
    marker = folder / _MARKER
    try:
        made = _MADE_BY.decode(marker.read_bytes()) if marker.exists() else {}
    except JsonError as error:
        raise OutputExistsError(
            f"{marker} does not tell which export made what is here ({error}); choose another folder"
        ) from None
    for entry in entries:
        if not os.path.lexists(folder / entry):
            continue
        if made.get(entry) != name:
            by = f"of the export in format {made[entry]}" if entry in made else "not of an export that was made before"
            raise OutputExistsError(f"{folder / entry} exists and is {by}; choose another folder")
        if not overwrite:
            raise OutputExistsError(f"{folder / entry} exists; choose another folder, or replace it with overwrite")
    return made
