"""A running export of point clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from segments_hf.dataset.inputs import encode_images
from segments_hf.errors import PointCloudError
from segments_hf.export.export_run import ROW_ERRORS, ExportRun, complete_label
from segments_hf.export.point_clouds.cloud_format import LabeledCloudRow
from segments_hf.export.point_clouds.scenes import Scenes
from segments_hf.io.number_text import counted
from segments_hf.labels import UNUSABLE_STATUSES, cloud_label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segments_hf.export.export_result import ExportResult
    from segments_hf.export.format import EncodedLabel
    from segments_hf.export.point_clouds.cloud_format import CloudFormat
    from segments_hf.labels.row import Row


class CloudExport(ExportRun[LabeledCloudRow]):
    """A running export of point clouds; see `ExportRun`."""

    unit: ClassVar[str] = "cloud"
    read_ahead: ClassVar[int] = 1  # low, because each row of a stream holds the bytes of its point cloud

    def __init__(self, export_format: CloudFormat[Any], images: str, on_error: str, result: ExportResult) -> None:
        super().__init__(export_format, images, on_error, result)
        self._scenes = Scenes(in_order=export_format.in_order)

    def labeled_rows(self, rows: Iterable[Row]) -> Iterator[LabeledCloudRow]:
        """Yield each row that is exported, with its label, and count the other rows."""
        for row in rows:
            if row["status"] in UNUSABLE_STATUSES:
                self.result.left_out[row["status"]] += 1
                continue
            try:
                encoded = encode_images(row)
                label = complete_label(cloud_label_of(encoded), PointCloudError)
                yield LabeledCloudRow(encoded, label, self._scenes.scene_of(encoded, self.format.split))
            except ROW_ERRORS as error:
                self.leave_out(row, error)

    def write(self, labeled_row: LabeledCloudRow, label: EncodedLabel[Any]) -> None:
        """Write a point cloud and its label."""
        self.format.write(labeled_row, label.content)
        self.result.add(self.format.split, label.objects, point_clouds=1)
        self.result.objects_left_out += label.left_out

    def close(self) -> None:
        """Add a note about sequences with frames in several splits, and complete the export as the base class does."""
        if divided := sorted(self._scenes.divided_sequences):
            self.format.notes.append(
                f"{counted(len(divided), 'sequence')} with frames in several splits, such as {divided[0]!r}: "
                "neighboring frames are alike, so the scores of a network on one split are too high if it is trained "
                "on another split. Split the data by sequence"
            )
        super().close()
