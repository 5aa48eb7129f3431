"""A running export of images."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.dataset.inputs import encode_images
from segments_hf.errors import AssetError, BitmapError
from segments_hf.export.export_run import ROW_ERRORS, ExportRun, complete_label
from segments_hf.export.images.file_names import FileNames
from segments_hf.export.images.image_files import (
    check_image_format,
    is_readable,
    is_stored_rotated,
    put_converted_image,
    put_image,
    suffix_of_upright_image,
    with_upright_image,
)
from segments_hf.export.images.image_format import LabeledImageRow
from segments_hf.io.disk.safe_path import max_path_bytes
from segments_hf.io.number_text import counted
from segments_hf.labels import UNUSABLE_STATUSES, image_label_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segments_hf.dataset.data_types import SplitRows
    from segments_hf.export.export_result import ExportResult
    from segments_hf.export.format import EncodedLabel
    from segments_hf.export.images.image_format import ImageFormat
    from segments_hf.labels import ImageLabel
    from segments_hf.labels.row import Row

_UNSUPPORTED = "unsupported image format"
# The bytes of a path that are reserved for folders of a format, such as `annotations/panoptic_`, and for suffixes.
_RESERVED_LENGTH = 64


class ImageExport(ExportRun[LabeledImageRow]):
    """A running export of images; see `ExportRun`."""

    unit: ClassVar[str] = "img"

    def __init__(self, export_format: ImageFormat[Any], images: str, on_error: str, result: ExportResult) -> None:
        super().__init__(export_format, images, on_error, result)
        self.image_format = export_format
        self._names: FileNames | None = None

    def write_split(self, name: str, rows: SplitRows) -> None:
        """Write the rows of a split."""
        if self._names is None or self.image_format.unique_per_split:
            self._names = FileNames(
                unique_stems=self.image_format.unique_stems,
                reserved_folders=self.image_format.reserved_folders,
                suffixes=None if self.images == "none" else self.image_format.image_suffixes,
                max_length=max_path_bytes(self.format.job.folder) - _RESERVED_LENGTH - len(name.encode()),
            )
        super().write_split(name, rows)

    def labeled_rows(self, rows: Iterable[Row]) -> Iterator[LabeledImageRow]:
        """Yield each row that is exported, with its label, and count the other rows."""
        assert self._names is not None  # noqa: S101
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
                file = self._names.path_of(encoded, suffix if is_supported else ".png")
                yield LabeledImageRow(
                    encoded, _label_of(encoded), file, number, is_converted=not is_supported, is_rotated=is_rotated
                )
            except ROW_ERRORS as error:
                self.leave_out(row, error)

    def _is_supported(self, row: Row) -> bool:
        """Tell whether programs for the format can read the image without conversion; True if no image is exported."""
        suffixes = self.image_format.image_suffixes
        return self.images == "none" or row["image"] is None or is_readable(row["image"], suffixes)

    def encode(self, labeled_row: LabeledImageRow) -> tuple[LabeledImageRow, EncodedLabel[Any]]:
        """Check the file format of an image, make the image upright if that is required, and encode its label."""
        if self.images != "none":
            check_image_format(labeled_row.row["image"])
        if labeled_row.is_rotated:
            labeled_row = replace(labeled_row, row=with_upright_image(labeled_row.row))
        return super().encode(labeled_row)

    def write(self, labeled_row: LabeledImageRow, label: EncodedLabel[Any]) -> None:
        """Write an image and its label."""
        target = self.format.job.folder / self.image_format.image_folder(self.format.split) / labeled_row.file
        try:
            if labeled_row.is_converted:
                put_converted_image(labeled_row.row["image"], target)
            else:
                put_image(labeled_row.row["image"], target, self.images)
        except AssetError as error:
            self.leave_out(labeled_row.row, error)
            return
        self.format.write(labeled_row, label.content)
        self.result.add(self.format.split, label.objects, images=1)
        self.result.converted += labeled_row.is_converted
        self.result.rotated += labeled_row.is_rotated
        self.result.objects_left_out += label.left_out

    def rows_left_out(self) -> str:
        """Return the number of rows that were left out for each reason, with advice for unsupported image formats."""
        text = super().rows_left_out()
        if unsupported := self.result.left_out[_UNSUPPORTED]:
            text += f" ({option('images', 'convert')} writes {counted(unsupported, 'such image')} as PNG)"
        return text


def _label_of(row: Row) -> ImageLabel:
    """Return the label of the row of an image.

    Raises:
        BitmapError: The annotations are null, the bitmap is missing, or an annotation has no category.
    """
    label = complete_label(image_label_of(row), BitmapError)
    if without_class := [annotation.id for annotation in label.annotations if annotation.class_index is None]:
        raise BitmapError(f"annotation {without_class[0]} has no category")
    return label
