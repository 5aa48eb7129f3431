"""Write the output folder of an export.

No file appears in the folder before all files are complete. Only the files of an earlier export in the same format are
replaced.
"""

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

_MARKER = ".segments-hf-export.json"  # maps each file and folder that exports wrote to the name of its format
_MARKER_DECODER: JsonDecoder[dict[str, str]] = JsonDecoder(dict[str, str])


@contextmanager
def new_output(folder: Path, format_name: str, entries: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """Yield a temporary folder for the files of an export. At the end, move its content to the output folder.

    Args:
        folder: The output folder.
        format_name: The name of the format.
        entries: The names of the files and folders that the export writes.
        overwrite: Whether to replace an earlier export in this format. All of its files are replaced or removed.

    Raises:
        OutputExistsError: The output folder is a file; it has a file that must not be replaced, or that appeared during
            the export; or its marker, the file that lists the files of earlier exports, is damaged.
        StorageError: The files cannot be written: the disk is full or read-only.
    """
    folder = folder.expanduser().resolve()
    remove_leftovers(folder)
    formats = _check(folder, format_name, entries, overwrite=overwrite)
    replaced = [entry for entry, name in formats.items() if name == format_name]
    # `publish` moves the files in this order, the marker before all others. Of two simultaneous exports,
    # only the one that moves its marker earlier succeeds.
    expected = {entry: take_snapshot(folder / entry) for entry in [_MARKER, *entries, *replaced]}
    is_new = not folder.exists()
    try:
        with staging_folder(folder) as staging:
            yield staging.new
            written = sorted(path.name for path in staging.new.iterdir())
            kept = {entry: name for entry, name in formats.items() if name != format_name}
            write_file(staging.new / _MARKER, msgspec.json.encode(kept | dict.fromkeys(written, format_name)))
            staging.publish(expected)
    finally:
        if is_new:
            remove_empty_folder(folder)


def _check(folder: Path, format_name: str, entries: Sequence[str], *, overwrite: bool) -> dict[str, str]:
    """Check that the entries may be written. Return the name of the format of each entry that exports have written."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"got the file {folder}, expected a folder; choose another path")
    marker = folder / _MARKER
    try:
        formats = _MARKER_DECODER.decode(marker.read_bytes()) if marker.exists() else {}
    except JsonError as error:
        raise OutputExistsError(
            f"{marker} is damaged, so the files of earlier exports are not known ({error}); choose another folder"
        ) from None
    for entry in entries:
        if not os.path.lexists(folder / entry):
            continue
        if formats.get(entry) != format_name:
            what = f"part of an export to {formats[entry]}" if entry in formats else "not part of an export"
            raise OutputExistsError(f"{folder / entry} exists and is {what}; choose another folder")
        if not overwrite:
            raise OutputExistsError(
                f"{folder / entry} exists; choose another folder, or pass {option('overwrite', True)} to replace the "
                "earlier export"
            )
    return formats
