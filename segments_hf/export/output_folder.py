"""The folder of an export: what is new appears in it when all of it is whole, and nothing of others is lost."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segments_hf.errors import OutputExistsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKER = ".segments-hf-export.json"  # which export made each file and folder beside it


@contextmanager
def new_output(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """A folder to write an export to, whose content is moved to its place at the end.

    Args:
        folder: The place.
        name: The format.
        entries: The files and folders that are written.
        overwrite: Whether those of an export that was made before in this format are replaced; all of them go.

    Raises:
        OutputExistsError: Something is there that is not to be replaced.
    """
    folder = folder.expanduser().resolve()
    made = _check(folder, name, entries, overwrite=overwrite)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".export.", dir=folder))  # beside its place, so that moving it is one step
    new, old = aside / "new", aside / "old"
    new.mkdir()
    old.mkdir()
    try:
        yield new
        _check(folder, name, entries, overwrite=overwrite)
        for entry in [entry for entry, by in made.items() if by == name]:
            if (folder / entry).exists():
                (folder / entry).replace(old / entry)
        written = sorted(path.name for path in new.iterdir())
        kept = {entry: by for entry, by in made.items() if by != name}
        (new / _MARKER).write_bytes(msgspec.json.encode(kept | dict.fromkeys(written, name)))
        for entry in [*written, _MARKER]:
            (new / entry).replace(folder / entry)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def _check(folder: Path, name: str, entries: Sequence[str], *, overwrite: bool) -> dict[str, str]:
    """Checks that the entries may be written; returns which export made what is there."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file, wanted a folder; choose another place")
    marker = folder / _MARKER
    made = msgspec.json.decode(marker.read_bytes(), type=dict[str, str]) if marker.exists() else {}
    for entry in entries:
        if not (folder / entry).exists():
            continue
        if made.get(entry) != name:
            by = f"of the export in format {made[entry]}" if entry in made else "not of an export that was made before"
            raise OutputExistsError(f"{folder / entry} exists and is {by}; choose another folder")
        if not overwrite:
            raise OutputExistsError(f"{folder / entry} exists; choose another folder, or replace it with overwrite")
    return made
