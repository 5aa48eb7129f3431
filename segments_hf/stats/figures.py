"""Draw statistics as charts, and write them as PNG files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from segments_hf.io.disk.atomic import write_file
from segments_hf.io.disk.snapshots import take_snapshot
from segments_hf.io.disk.staging import staging_folder
from segments_hf.stats.cloud_figure import point_clouds_figure
from segments_hf.stats.co_occurrence import co_occurrence_figure
from segments_hf.stats.subjects import attributes_figure, classes_figure, images_figure, object_sizes_figure

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure

    from segments_hf.io.disk.snapshots import Snapshot
    from segments_hf.stats.statistics import Stats

_SUBJECTS: dict[str, Callable[[Stats], Figure | None]] = {
    "classes": classes_figure,
    "object-sizes": object_sizes_figure,
    "co-occurrence": co_occurrence_figure,
    "point-clouds": point_clouds_figure,
    "images": images_figure,
    "attributes": attributes_figure,
}


def figures(stats: Stats) -> dict[str, Figure]:
    """Draw the charts of statistics.

    Args:
        stats: The result of `stats`.

    Returns:
        A matplotlib figure for each subject: ``classes``, ``object-sizes``, ``co-occurrence``,
        ``point-clouds``, ``images`` and ``attributes``. Subjects with nothing to draw are left out.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    drawn = {subject: draw(stats) for subject, draw in _SUBJECTS.items()}
    return {subject: figure for subject, figure in drawn.items() if figure is not None}


def figure_snapshots(folder: str | os.PathLike[str]) -> dict[str, Snapshot]:
    """Return a snapshot of each file that `save_figures` may write to a folder, by file name."""
    return {f"{subject}.png": take_snapshot(Path(folder, f"{subject}.png")) for subject in _SUBJECTS}


def save_figures(
    stats: Stats, folder: str | os.PathLike[str], expected: Mapping[str, Snapshot] | None = None
) -> list[Path]:
    """Write the charts of statistics as PNG files, and replace earlier files with the same names.

    Args:
        stats: The result of `stats`.
        folder: The folder to write to, which is created if it does not exist.
        expected: The result of `figure_snapshots` from before the statistics were counted; by default, snapshots of
            the present files.

    Returns:
        The paths of the files.

    Raises:
        MissingExtraError: matplotlib is not installed.
        OutputExistsError: A file that would be replaced was created or changed since its snapshot. No file was
            written.
        StorageError: The files cannot be written: the disk is full or read-only. No file was written.
    """
    expected = figure_snapshots(folder) if expected is None else expected
    contents = {f"{subject}.png": _png(figure) for subject, figure in figures(stats).items()}
    with staging_folder(Path(folder)) as staging:
        for name, content in contents.items():
            write_file(staging.new / name, content)
        staging.publish({name: expected[name] for name in contents})
    return [Path(folder, name) for name in contents]


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()
