"""Write the output folder of an export: all files appear when all are complete, and other files are not replaced."""

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
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MARKER = ".segments-hf-export.json"  # maps each file and folder of the output folder to the format that made it
_MARKER_DECODER: JsonDecoder[dict[str, str]] = JsonDecoder(dict[str, str])


@contextmanager
def new_output(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """Yield a temporary folder for an export, whose content is moved to the output folder at the end.

    Args:
        folder: The output folder.
        name: The name of the format.
        entries: The names of the files and folders that the export writes.
        overwrite: Whether to replace an earlier export in this format. All its files are replaced or removed.

    Raises:
        OutputExistsError: The folder has a file that must not be replaced, or that appeared during the export.
        StorageError: The files cannot be written: the disk is full or read-only.
    """
    folder = folder.expanduser().resolve()
    remove_leftovers(folder)
    makers = _check(folder, name, entries, overwrite=overwrite)
    replaced = [entry for entry, maker in makers.items() if maker == name]
    # `publish` moves the files in this order, the marker before all others. Of two simultaneous exports,
    # only the one that moves its marker earlier succeeds.
    expected = {entry: take_snapshot(folder / entry) for entry in [_MARKER, *entries, *replaced]}
    is_new = not folder.exists()
    try:
        with staging_folder(folder) as staging:
            yield staging.new
            written = sorted(path.name for path in staging.new.iterdir())
            kept = {entry: maker for entry, maker in makers.items() if maker != name}
            write_file(staging.new / _MARKER, msgspec.json.encode(kept | dict.fromkeys(written, name)))
            staging.publish(expected)
    finally:
        if is_new:
            remove_empty_folder(folder)


def _check(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> dict[str, str]:
    """Check that the entries may be written, and return the format that made each entry of the folder."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"got the file {folder}, expected a folder; choose another path")
    marker = folder / _MARKER
    try:
        makers = _MARKER_DECODER.decode(marker.read_bytes()) if marker.exists() else {}
    except JsonError as error:
        raise OutputExistsError(
            f"{marker} is damaged, so the files of earlier exports are not known ({error}); choose another folder"
        ) from None
    for entry in entries:
        if not os.path.lexists(folder / entry):
            continue
        if makers.get(entry) != name:
            what = f"part of an export to {makers[entry]}" if entry in makers else "not part of an export"
            raise OutputExistsError(f"{folder / entry} exists and is {what}; choose another folder")
        if not overwrite:
            raise OutputExistsError(
                f"{folder / entry} exists; choose another folder, or pass {option('overwrite', True)} to replace the "
                "earlier export"
            )
    return makers
