"""Write a dataset as files in another format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.inputs import encode_images, image_bytes, num_rows, open_splits
from segments_hf.dataset.origin import parse_origin
from segments_hf.dataset.row_map import check_rows, without_decoding
from segments_hf.errors import AssetError, BitmapError, OptionError, PathError
from segments_hf.export.export_result import ExportResult
from segments_hf.export.file_names import FileNames
from segments_hf.export.format import EncodedLabel, Job, Sample
from segments_hf.export.formats import FORMATS, find_format
from segments_hf.export.image_files import check_images, is_supported, put_converted_image, put_image
from segments_hf.export.output_folder import new_output
from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content
from segments_hf.io.choices import unknown_choice
from segments_hf.io.disk.safe_path import max_path_bytes
from segments_hf.io.number_text import counted
from segments_hf.io.prefetching import DECODERS, prefetch
from segments_hf.io.redaction import own_logger
from segments_hf.labels import UNUSABLE_STATUSES, label_of, label_type_of
from segments_hf.labels.row import sample_name
from segments_hf.labels.vector_label import VECTORS
from segments_hf.option_names import option

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from segments_hf.dataset.inputs import Splits
    from segments_hf.export.format import Format
    from segments_hf.labels import Label
    from segments_hf.labels.row import Row

_POLICIES = ("raise", "skip")
_SAMPLE_ERRORS = (AssetError, BitmapError, PathError)
_UNSUPPORTED = "unsupported image format"
_RESERVED_LENGTH = 64  # bytes of a path, for the folders of a format, such as `annotations/panoptic_`, and suffixes

logger = own_logger(__name__)


def export_dataset(
    data: Any,
    export_format: str = "coco-instance",
    export_folder: str | os.PathLike[str] = ".",
    *,
    images: str = "copy",
    class_index: bool = False,
    on_error: str = "raise",
    overwrite: bool = False,
) -> ExportResult:
    """Write a dataset in another format, with its images.

    Rows without a label, skipped and rejected ones are left out; a label in which nothing was labeled is an image
    without objects. What a format has no place for is left out and counted, in the result and in a warning. The files
    appear in the folder when all of them are whole.

    Args:
        data: A release as `load_release` takes it; or a dataset or a stream of rows, also one from the Hub, or a dict
            of its splits. Rows are read one by one.
        export_format: ``coco-instance`` (or ``coco``), ``coco-panoptic``, ``yolo``, ``yolo-segment``, ``yolo-pose``,
            ``yolo-obb``, ``pascal-voc``, ``instance``, ``instance-color``, ``semantic``, ``semantic-color`` or
            ``polygon``.
        export_folder: The folder to write to; each split has a file or a folder of its own in it.
        images: ``"copy"`` writes the images' own bytes, ``"link"`` makes symbolic links to their files, ``"none"``
            leaves them out. Readers of the YOLO formats do not open all image formats: images in others, such as GIF,
            are left out with their labels. ``"convert"`` writes these images as PNG, and copies all others.
        class_index: Whether categories are numbered 0..n-1 in COCO's formats and ``polygon``; by default they have the
            ids of the release. In all others the format decides.
        on_error: What to do with a row that is broken: ``"raise"``, or ``"skip"`` it, which is counted and logged.
        overwrite: Whether an export that was made before in this format is replaced.

    Returns:
        What was written, and what was left out.

    Raises:
        OptionError: There is no such format, it cannot hold the labels, or no row is left; nothing was written.
        OutputExistsError: Something is in the folder that would be replaced.
        BitmapError: A label cannot be read; the error names the sample.
        AssetError: An image cannot be read; the error names the sample.
        PathError: The name of a sample cannot become a path; the error names the sample.
        StorageError: The files cannot be written: the disk is full or read-only; nothing was written.
        SegmentsHFError: The data are not rows of an image task with their categories.

    >>> import os, tempfile
    >>> from segments_hf.demo import demo_release
    >>> folder = tempfile.mkdtemp()
    >>> exported = export_dataset(demo_release(), "coco", folder)
    >>> exported.images, exported.objects, sorted(os.listdir(folder))
    (6, 63, ['.segments-hf-export.json', 'annotations', 'train'])
    """
    made = find_format(export_format)
    check_images(images)
    if on_error not in _POLICIES:
        raise unknown_choice("on_error", on_error, _POLICIES)  # "keep" puts a null into a row; no format holds one
    splits = open_splits(data, streaming=images != "link", on_error=on_error)
    first = _checked(splits, made)
    folder = Path(export_folder)
    entries = made.entries(list(splits.parts), images=images != "none")
    with new_output(folder, made.name, entries, overwrite=overwrite) as new:
        origin = parse_origin(first.info.description or "")
        job = Job(new, list(splits.parts), categories(first), origin, class_index)
        export = _Export(made(job), images, on_error, ExportResult(folder))
        for name, rows in splits.parts.items():
            export.split(name, rows)
        export.close()
    return export.done


def _checked(splits: Splits, made: type[Format[Any]]) -> Any:
    """Check that the splits can be exported; return the first."""
    splits.check_names()
    first = splits.first
    for rows in splits.parts.values():
        check_rows(rows)
        if categories(rows) != categories(first):
            raise OptionError("got splits with other categories; export them one by one")
    task_type = parse_origin(first.info.description or "").task_type
    label_type = label_type_of(first.features)
    kinds = label_type.kinds_of_task(task_type) if label_type else frozenset[str]()
    if not kinds & made.takes:
        raise OptionError(f"{_no_place(kinds, made)}", option="export_format")
    return first


def _no_place(kinds: Collection[str], made: type[Format[Any]]) -> str:
    possible = [other.name for other in FORMATS.values() if other.takes >= set(kinds)]
    return (
        f"got {made.name} for labels that are {', '.join(sorted(kinds))}, which has no place for them; "
        f"wanted one of {', '.join(possible)}"
    )


@dataclass
class _Export:
    """The state of a running export."""

    made: Format[Any]
    images: str
    on_error: str
    done: ExportResult
    names: FileNames | None = None
    split_name: str = ""

    def split(self, name: str, rows: Any) -> None:
        """Write a split."""
        if self.names is None or self.made.per_split:
            self.names = FileNames(
                by_stem=self.made.by_stem,
                not_folders=self.made.not_folders,
                suffixes=None if self.images == "none" else self.made.image_suffixes,
                longest=max_path_bytes(self.made.job.folder) - _RESERVED_LENGTH - len(name.encode()),
            )
        stream = rows.to_iterable_dataset() if isinstance(rows, datasets.Dataset) else rows
        shown = progress_bar(
            without_decoding(stream), desc=f"{self.made.name} {name}", total=num_rows(rows, name), unit="img"
        )
        folder = self.made.job.folder / self.made.image_folder(name)
        self.split_name = name
        with self.made.open(name):
            samples = self._samples(shown, self.names)
            for sample, label in prefetch(self._label, samples, weight=_weight, in_flight=DECODERS):
                if isinstance(label, EncodedLabel):
                    self._write(sample, label, folder)
                else:
                    self._broken(sample.row, label)

    def _samples(self, rows: Iterable[Row], names: FileNames) -> Iterator[Sample]:
        """The rows that have a label."""
        for number, row in enumerate(rows, start=1):
            if row["status"] in UNUSABLE_STATUSES:
                self.done.left_out[row["status"]] += 1
                continue
            try:
                held = encode_images(row)
                is_readable = self._is_supported(held)
                if not is_readable and self.images != "convert":
                    self.done.left_out[_UNSUPPORTED] += 1
                    continue
                file = names.path_of(held, None if is_readable else ".png")
                yield Sample(held, _label_of(held), file, number, is_converted=not is_readable)
            except _SAMPLE_ERRORS as error:
                self._broken(row, error)

    def _is_supported(self, row: Row) -> bool:
        """Return whether the readers of the export format open the image of a row without conversion."""
        return self.images == "none" or row["image"] is None or is_supported(row["image"], self.made.image_suffixes)

    def _label(self, sample: Sample) -> tuple[Sample, EncodedLabel[Any] | BitmapError | AssetError]:
        """Encode the label of a row, or return its error. Runs in threads."""
        try:
            if self.images != "none":
                _check_format(sample.row["image"])
            return sample, self.made.label(sample)
        except (BitmapError, AssetError) as error:
            return sample, error

    def _write(self, sample: Sample, label: EncodedLabel[Any], folder: Path) -> None:
        try:
            if sample.is_converted:
                put_converted_image(sample.row["image"], folder / sample.file)
            else:
                put_image(sample.row["image"], folder / sample.file, self.images)
        except AssetError as error:
            self._broken(sample.row, error)
            return
        self.made.write(sample, label.content)
        self.done.add(self.split_name, label.objects)
        self.done.converted += sample.is_converted
        self.done.objects_left_out += label.left_out

    def _broken(self, row: Row, error: BitmapError | AssetError | PathError) -> None:
        where = sample_name(row)
        if self.on_error == "raise":
            raise type(error)(f"{where}: {error} ({option('on_error', 'skip')} continues without it)") from error
        self.done.left_out["broken"] += 1
        logger.warning("%s left out: %s", where, error)

    def close(self) -> None:
        """Check that something was written, and report what was not."""
        done = self.done
        rows = ", ".join(f"{count} {status}" for status, count in done.left_out.items())
        if unsupported := done.left_out[_UNSUPPORTED]:
            rows += f" ({option('images', 'convert')} writes these {unsupported} images as PNG)"
        if not done.images:
            raise OptionError(f"got no row with a label, wanted one at least: {rows or 'there are no rows'}")
        kinds = done.objects_left_out.keys() & VECTORS
        if kinds and not done.objects:
            raise OptionError(f"{_no_place(kinds, type(self.made))}", option="export_format")
        self.made.close()
        if rows:
            logger.warning("%s: %s left out: %s", self.made.name, counted(done.left_out.total(), "row"), rows)
        if done.objects_left_out:
            objects = ", ".join(f"{count} {reason}" for reason, count in done.objects_left_out.items())
            number = counted(done.objects_left_out.total(), "object")
            logger.warning("%s: %s left out: %s", self.made.name, number, objects)


def _check_format(image: Mapping[str, Any] | None) -> None:
    """Check the format of an image. A missing image is not checked here: copying it raises the error.

    Raises:
        AssetError: The format is not supported, or the header is damaged.
    """
    if image is not None and (image["bytes"] is not None or Path(image["path"]).is_file()):
        read_header(stored_content(image))


def _weight(made: tuple[Sample, Any]) -> int:
    """Return the number of bytes of a row's pictures."""
    return image_bytes(made[0].row)


def _label_of(row: Row) -> Label:
    """The label of a row.

    Raises:
        BitmapError: A part of it is missing.
    """
    label = label_of(row)
    if label is None:
        raise BitmapError("its label could not be read when it was loaded, so its annotations are null")
    if label.missing_part:
        raise BitmapError(label.missing_part)
    if unknown := [item.id for item in label.annotations if item.class_index is None]:
        raise BitmapError(f"annotation {unknown[0]} has no category")
    return label
