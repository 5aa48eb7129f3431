"""Write a dataset as files in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.inputs import num_rows, open_splits
from segments_hf.dataset.origin import described_task_type, parse_origin
from segments_hf.errors import OptionError
from segments_hf.export.export_result import ExportResult
from segments_hf.export.format import Job
from segments_hf.export.format_choice import check_labels, check_objects_left_out, check_options, reads_camera_images
from segments_hf.export.formats import find_format
from segments_hf.export.images.image_export import ImageExport
from segments_hf.export.images.image_format import ImageFormat
from segments_hf.export.output_folder import new_output
from segments_hf.export.point_clouds.cloud_export import CloudExport
from segments_hf.export.point_clouds.cloud_format import CloudFormat
from segments_hf.io.choices import unknown_choice
from segments_hf.layouts import check_labeled_rows
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    import os

    from segments_hf.dataset.data_types import Data, SplitRows
    from segments_hf.dataset.inputs import Splits
    from segments_hf.export.export_run import ExportRun
    from segments_hf.export.format import Format

_POLICIES = ("raise", "skip")  # not `keep`: no format can represent a null image or a null label


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
    """Export a release or a dataset to another format, with its images or point clouds.

    Rows without a label, and rows whose label was skipped or rejected, are left out. A row whose label has no
    annotations becomes an image or a point cloud without objects. Objects that the format cannot represent are left
    out; the result and a warning count them. The files appear in the export folder when all files are complete.

    Args:
        data: A release in any form that `load_release` accepts; a dataset or a stream of rows, also from the Hub; or a
            dict of datasets or of streams by split name. The rows need not fit into memory.
        export_format: For images: ``coco-instance`` (or ``coco``), ``coco-panoptic``, ``yolo``, ``yolo-segment``,
            ``yolo-pose``, ``yolo-obb``, ``pascal-voc``, ``instance``, ``instance-color``, ``semantic``,
            ``semantic-color`` or ``polygon``. For cuboids in point clouds: ``openpcdet``, ``mmdet3d``, ``nuscenes`` or
            ``kitti-object``. For labels of points: ``semantic-kitti`` or ``pointcept``.
        path: The export folder, to which all splits are written.
        images: ``"copy"`` copies the image files, ``"link"`` makes symbolic links to them, ``"none"`` exports no image
            files. ``"upright"`` copies the image files too, but replaces images with an EXIF orientation by upright
            copies, for programs that ignore EXIF data. The labels stay the same. The upright copy of a JPEG or an MPO
            is a JPEG of quality 95. All other upright copies are lossless: those of PNG and TIFF files keep the format,
            and the rest are PNG files. Programs for YOLO formats cannot read all image formats: ``"copy"``, ``"link"``
            and ``"upright"`` leave out images and their labels if these programs cannot read the images, such as GIFs.
            ``"convert"`` converts such images to PNG, and copies all others. For point clouds, the images are those of
            the cameras, and only ``"copy"`` and ``"none"`` are allowed.
        class_index: Whether to use class indices 0..n-1 as category ids in COCO formats and ``polygon``; by default,
            category ids are those of the release. Other formats do not use the category ids of the release.
        on_error: What to do with a row that cannot be exported: ``"raise"`` an error, or ``"skip"`` the row. The export
            counts and logs the skipped rows. A sample of a release that cannot even be loaded is logged, not counted.
        overwrite: Whether to replace an earlier export in the same format.

    Returns:
        The numbers of images or point clouds, and of objects, that were written, and the numbers of rows and objects
        that were left out.

    Raises:
        OptionError: An option has an unknown value or does not apply to point clouds; the format cannot represent the
            labels; a split has no rows or an invalid name; the splits have different categories; the frames of a
            sequence are not in order; an image cannot be linked, because it is not a file; or all rows were left out.
        OutputExistsError: The folder has a file that the export must not replace.
        BitmapError: The label of an image cannot be read, or the format cannot represent it. The error names the
            sample.
        PointCloudError: The label of a point cloud or the calibration of a camera cannot be read, or the format cannot
            represent them. The error names the sample.
        AssetError: An image or a point cloud cannot be read. The error names the sample.
        PathError: The name of a sample cannot become a path. The error names the sample.
        MissingExtraError: A point cloud is a LAS or LAZ file, and laspy or lazrs is not installed.
        StorageError: The files cannot be written: the disk is full or read-only. Nothing was written.
        SegmentsHFError: The data are neither a release nor rows of images or point clouds with their categories.

    >>> import os, tempfile
    >>> from segments_hf.demo import demo_release
    >>> folder = tempfile.mkdtemp()
    >>> exported = export_dataset(demo_release(), "coco", folder)
    >>> exported.images, exported.objects, sorted(os.listdir(folder))
    (6, 63, ['.segments-hf-export.json', 'annotations', 'train'])
    """
    format_class = find_format(export_format)
    if on_error not in _POLICIES:
        raise unknown_choice("on_error", on_error, _POLICIES)
    check_options(format_class, images, class_index=class_index)
    cameras = reads_camera_images(format_class, images)
    splits = open_splits(data, streaming=images != "link", on_error=on_error, cameras=cameras)
    first_split = _checked(splits, format_class)
    folder = Path(path)
    output_names = format_class.output_names(list(splits.rows_by_split), images=images != "none")
    with new_output(folder, format_class.name, output_names, overwrite=overwrite) as temporary_folder:
        origin = parse_origin(first_split.info.description or "")
        split_names = list(splits.rows_by_split)
        job = Job(temporary_folder, split_names, categories(first_split), origin, class_index, images != "none")
        run = _run_of(format_class(job), images, on_error, ExportResult(folder))
        for name, rows in splits.rows_by_split.items():
            run.write_split(name, rows)
        if not run.result.objects:
            check_objects_left_out(run.result.objects_left_out, format_class, first_split.features)
        run.close()
    return run.result


def _run_of(export_format: Format[Any, Any], images: str, on_error: str, result: ExportResult) -> ExportRun[Any]:
    if isinstance(export_format, ImageFormat):
        return ImageExport(export_format, images, on_error, result)
    assert isinstance(export_format, CloudFormat)  # noqa: S101
    return CloudExport(export_format, images, on_error, result)


def _checked(splits: Splits, format_class: type[Format[Any, Any]]) -> SplitRows:
    """Check that the splits can be exported, and return the first split."""
    splits.check_names()
    first_split = splits.first_split
    for name, rows in splits.rows_by_split.items():
        check_labeled_rows(rows, "export")
        if num_rows(rows, name) == 0:
            raise OptionError(f"split {name!r} has no rows; leave the split out")
        if categories(rows) != categories(first_split):
            raise OptionError("got splits with different categories; export each split by itself")
        check_labels(format_class, rows.features, described_task_type(rows.info.description or ""))
    return first_split
