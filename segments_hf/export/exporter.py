"""Write a dataset as files in another format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.inputs import asset_bytes, encode_images, num_rows, open_splits
from segments_hf.dataset.origin import parse_origin
from segments_hf.dataset.row_map import without_decoding
from segments_hf.errors import AssetError, BitmapError, OptionError, PathError
from segments_hf.export.export_result import ExportResult
from segments_hf.export.file_names import FileNames
from segments_hf.export.format import EncodedLabel, Job, Sample
from segments_hf.export.formats import FORMATS, find_format
from segments_hf.export.image_files import (
    check_image_format,
    check_images,
    is_readable,
    is_stored_rotated,
    put_converted_image,
    put_image,
    suffix_of_upright_image,
    with_upright_image,
)
from segments_hf.export.output_folder import new_output
from segments_hf.io.choices import unknown_choice
from segments_hf.io.disk.safe_path import max_path_bytes
from segments_hf.io.number_text import counted
from segments_hf.io.prefetching import DECODERS, prefetch
from segments_hf.io.redaction import own_logger
from segments_hf.labels import UNUSABLE_STATUSES, image_label_of, label_type_of
from segments_hf.labels.row import sample_name
from segments_hf.labels.vector_label import VECTORS
from segments_hf.layouts import check_release_rows
from segments_hf.option_names import option
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator
    from logging import Logger

    from segments_hf.dataset.data_types import Data, SplitRows
    from segments_hf.dataset.inputs import Splits
    from segments_hf.export.format import Format
    from segments_hf.labels import ImageLabel
    from segments_hf.labels.row import Row

_POLICIES = ("raise", "skip")
_SAMPLE_ERRORS = (AssetError, BitmapError, PathError)
_UNSUPPORTED = "unsupported image format"
_RESERVED_LENGTH = 64  # bytes of a path for folders of a format, such as `annotations/panoptic_`, and for suffixes

logger: Logger = own_logger(__name__)


@short_traceback
def export_dataset(
    data: Data,
    export_format: str = "coco-instance",
    path: str | os.PathLike[str] = ".",
    *,
    images: str = "copy",
    class_index: bool = False,
    on_error: str = "raise",
    overwrite: bool = False,
) -> ExportResult:
    """Export a release or a dataset to another format, with its images.

    Rows without a label, and skipped and rejected rows, are left out. A row whose label has no annotations becomes an
    image without objects. Objects that the format cannot represent are left out; the result and a warning count
    them. The files appear in the export folder when all files are complete.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset or a stream of rows, also from the Hub,
            or a dict of its splits. Rows are read one by one.
        export_format: ``coco-instance`` (or ``coco``), ``coco-panoptic``, ``yolo``, ``yolo-segment``, ``yolo-pose``,
            ``yolo-obb``, ``pascal-voc``, ``instance``, ``instance-color``, ``semantic``, ``semantic-color`` or
            ``polygon``.
        path: The folder to write to. Each split has its own file or folder in it.
        images: ``"copy"`` copies the image files, ``"link"`` makes symbolic links to them, ``"none"`` exports no image
            files. Programs for YOLO formats cannot read all image formats: images in other formats, such as GIF, are
            left out with their labels. ``"convert"`` converts these images to PNG, and copies all others. ``"upright"``
            copies the image files too, but images with an EXIF orientation are replaced by upright copies, for programs
            that ignore EXIF data. The labels stay the same. The copy of a JPEG is encoded again, with quality 95. Other
            copies are lossless: PNG and TIFF files keep their format, and all others become PNG.
        class_index: Whether to use class indices 0..n-1 as category ids in COCO formats and ``polygon``; by default
            they are the ids of the release. Other formats always use class indices or mask values.
        on_error: What to do with a row that cannot be exported: ``"raise"`` an error, or ``"skip"`` the row. Skipped
            rows are counted and logged. A sample that fails while a release is loaded is only logged.
        overwrite: Whether to replace an earlier export in the same format.

    Returns:
        The numbers of images and objects that were written and left out.

    Raises:
        OptionError: The format is unknown or cannot represent the labels, the task type is not that of images, or all
            rows were left out.
        OutputExistsError: The folder has a file that the export would replace.
        BitmapError: A label cannot be read, or the format cannot represent it. The error names the sample.
        AssetError: An image cannot be read. The error names the sample.
        PathError: The name of a sample cannot become a path. The error names the sample.
        StorageError: The files cannot be written: the disk is full or read-only. Nothing was written.
        SegmentsHFError: The data are neither a release nor rows of an image task with their categories.

    >>> import os, tempfile
    >>> from segments_hf.demo import demo_release
    >>> folder = tempfile.mkdtemp()
    >>> exported = export_dataset(demo_release(), "coco", folder)
    >>> exported.images, exported.objects, sorted(os.listdir(folder))
    (6, 63, ['.segments-hf-export.json', 'annotations', 'train'])
    """
    format_class = find_format(export_format)
    check_images(images)
    if on_error not in _POLICIES:
        raise unknown_choice("on_error", on_error, _POLICIES)  # no format can represent a row with null
    splits = open_splits(data, streaming=images != "link", on_error=on_error)
    first = _checked(splits, format_class)
    folder = Path(path)
    entries = format_class.entries(list(splits.parts), images=images != "none")
    with new_output(folder, format_class.name, entries, overwrite=overwrite) as new:
        origin = parse_origin(first.info.description or "")
        job = Job(new, list(splits.parts), categories(first), origin, class_index)
        export = _Export(format_class(job), images, on_error, ExportResult(folder))
        for name, rows in splits.parts.items():
            export.split(name, rows)
        export.close()
    return export.result


def _checked(splits: Splits, format_class: type[Format[Any]]) -> SplitRows:
    """Check that the splits can be exported, and return the first split."""
    splits.check_names()
    first = splits.first
    for name, rows in splits.parts.items():
        check_release_rows(rows, "export")
        if num_rows(rows, name) == 0:
            raise OptionError(f"split {name!r} has no rows; leave the split out")
        if categories(rows) != categories(first):
            raise OptionError("got splits with different categories; export each split by itself")
    task_type = parse_origin(first.info.description or "").task_type
    label_type = label_type_of(first.features)
    kinds = label_type.kinds_of_task(task_type) if label_type else frozenset[str]()
    if not kinds & format_class.takes:
        raise OptionError(_cannot_represent(kinds, format_class), option="export_format")
    return first


def _cannot_represent(kinds: Collection[str], format_class: type[Format[Any]]) -> str:
    possible = [other.name for other in FORMATS.values() if other.takes >= set(kinds)]
    return (
        f"got {format_class.name}, which cannot represent labels of the type {', '.join(sorted(kinds))}; "
        f"expected one of {', '.join(possible)}"
    )


@dataclass
class _Export:
    """The state of a running export."""

    format: Format[Any]
    images: str
    on_error: str
    result: ExportResult
    names: FileNames | None = None
    split_name: str = ""

    def split(self, name: str, rows: SplitRows) -> None:
        """Write the rows of a split."""
        if self.names is None or self.format.per_split:
            self.names = FileNames(
                unique_stems=self.format.unique_stems,
                not_folders=self.format.not_folders,
                suffixes=None if self.images == "none" else self.format.image_suffixes,
                longest=max_path_bytes(self.format.job.folder) - _RESERVED_LENGTH - len(name.encode()),
            )
        stream = rows.to_iterable_dataset() if isinstance(rows, datasets.Dataset) else rows
        shown_rows = progress_bar(
            without_decoding(stream), desc=f"{self.format.name} {name}", total=num_rows(rows, name), unit="img"
        )
        folder = self.format.job.folder / self.format.image_folder(name)
        self.split_name = name
        with self.format.open(name):
            samples = self._samples(shown_rows, self.names)
            for sample, label in prefetch(self._label, samples, weight=_weight, in_flight=DECODERS):
                if isinstance(label, EncodedLabel):
                    self._write(sample, label, folder)
                else:
                    self._leave_out(sample.row, label)

    def _samples(self, rows: Iterable[Row], names: FileNames) -> Iterator[Sample]:
        """Yield the rows that have a label, and count the others."""
        for number, row in enumerate(rows, start=1):
            if row["status"] in UNUSABLE_STATUSES:
                self.result.left_out[row["status"]] += 1
                continue
            try:
                encoded = encode_images(row)
                is_supported = self._is_supported(encoded)
                if not is_supported and self.images != "convert":
                    self.result.left_out[_UNSUPPORTED] += 1
                    continue
                is_rotated = self.images == "upright" and is_stored_rotated(encoded["image"])
                suffix = suffix_of_upright_image(encoded["image"]) if is_rotated else None
                file = names.path_of(encoded, suffix if is_supported else ".png")
                yield Sample(
                    encoded, _label_of(encoded), file, number, is_converted=not is_supported, is_rotated=is_rotated
                )
            except _SAMPLE_ERRORS as error:
                self._leave_out(row, error)

    def _is_supported(self, row: Row) -> bool:
        """Return whether programs for the export format can read the image of a row without conversion."""
        return self.images == "none" or row["image"] is None or is_readable(row["image"], self.format.image_suffixes)

    def _label(self, sample: Sample) -> tuple[Sample, EncodedLabel[Any] | BitmapError | AssetError]:
        """Encode the label of a row, or return its error. The function runs in several threads."""
        try:
            if self.images != "none":
                check_image_format(sample.row["image"])
            if sample.is_rotated:
                sample = replace(sample, row=with_upright_image(sample.row))
            return sample, self.format.label(sample)
        except (BitmapError, AssetError) as error:
            return sample, error

    def _write(self, sample: Sample, label: EncodedLabel[Any], folder: Path) -> None:
        try:
            if sample.is_converted:
                put_converted_image(sample.row["image"], folder / sample.file)
            else:
                put_image(sample.row["image"], folder / sample.file, self.images)
        except AssetError as error:
            self._leave_out(sample.row, error)
            return
        self.format.write(sample, label.content)
        self.result.add(self.split_name, label.objects)
        self.result.converted += sample.is_converted
        self.result.rotated += sample.is_rotated
        self.result.objects_left_out += label.left_out

    def _leave_out(self, row: Row, error: BitmapError | AssetError | PathError) -> None:
        where = sample_name(row)
        if self.on_error == "raise":
            raise type(error)(f"{where}: {error} ({option('on_error', 'skip')} leaves the sample out)") from error
        self.result.left_out["broken"] += 1
        logger.warning("%s left out: %s", where, error)

    def close(self) -> None:
        """Check that an image was written, and log how many rows and objects were left out."""
        result = self.result
        rows = ", ".join(f"{count} {status}" for status, count in result.left_out.items())
        if unsupported := result.left_out[_UNSUPPORTED]:
            rows += f" ({option('images', 'convert')} writes {counted(unsupported, 'such image')} as PNG)"
        if not result.images:
            reason = f"all rows were left out: {rows}" if rows else "the data have no rows"
            raise OptionError(f"got no row to export, expected at least one row with a label; {reason}")
        kinds = result.objects_left_out.keys() & VECTORS
        if kinds and not result.objects:
            raise OptionError(_cannot_represent(kinds, type(self.format)), option="export_format")
        self.format.close()
        if rows:
            logger.warning("%s: %s left out: %s", self.format.name, counted(result.left_out.total(), "row"), rows)
        if result.objects_left_out:
            objects = ", ".join(f"{count} {reason}" for reason, count in result.objects_left_out.items())
            number = counted(result.objects_left_out.total(), "object")
            logger.warning("%s: %s left out: %s", self.format.name, number, objects)


def _weight(encoded: tuple[Sample, Any]) -> int:
    """Return the number of bytes of the images and bitmaps in a row."""
    return asset_bytes(encoded[0].row)


def _label_of(row: Row) -> ImageLabel:
    """Return the label of a row.

    Raises:
        BitmapError: A part of the label is missing.
    """
    label = image_label_of(row)
    if label is None:
        raise BitmapError("the annotations are null: the label could not be read when the dataset was loaded")
    if label.missing_part:
        raise BitmapError(label.missing_part)
    if unknown := [item.id for item in label.annotations if item.class_index is None]:
        raise BitmapError(f"annotation {unknown[0]} has no category")
    return label
