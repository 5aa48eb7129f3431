"""Convert rows to a layout."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, overload

from datasets import IterableDataset

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.row_map import map_splits
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.images.depth.scaling import checked_range
from segments_hf.labels.categories import to_feature_id
from segments_hf.layouts.layout import DEFAULT_OPTIONS, LayoutOptions
from segments_hf.layouts.layout_images import LayoutImages
from segments_hf.layouts.left_out import SelectingColumns, map_layout, map_reported_layout, trainable_rows
from segments_hf.layouts.point_clouds.layout_points import LayoutPoints, checked_fields
from segments_hf.layouts.registry import check_options, check_rows_of_layout, find_layout
from segments_hf.layouts.row_report import Counts, LeftOut, RowColumns
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datasets import Dataset, DatasetDict, IterableDatasetDict

    from segments_hf.dataset.data_types import AnyDataset, Data, DatasetT, Releases, SplitRows
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.dataset.rows.problems import OnError
    from segments_hf.layouts.layout import AssetColumn, Layout
    from segments_hf.release import Category


@overload
def to_layout(
    data: DatasetT,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> DatasetT: ...


@overload
def to_layout(
    data: Mapping[str, IterableDataset],
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> IterableDatasetDict: ...


@overload
def to_layout(
    data: Releases | Mapping[str, Dataset],
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def to_layout(  # noqa: PLR0913  (all but two parameters are keyword-only)
    data: Data,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> AnyDataset:
    """Convert rows to the columns that training code reads.

    The layouts of images are those of the example scripts and tutorials of Hugging Face:

    - ``semantic-segmentation``: `image`; `label`, the semantic mask.
    - ``instance-segmentation``: `image`; `annotation`, an RGB PNG: R is class index + 1, G is the number of the
      instance in this image, and B is 0; `semantic_class_to_id`, the value of R of each class. Unlabeled pixels are 0.
    - ``panoptic-segmentation``: `image`; `label`, an RGB PNG with id = R + 256 G + 65536 B; `segments_info`, a list of
      `id`, `category_id` (class index), `area` (pixels), `bbox` (left, top, width, height in pixels) and `iscrowd`.
    - ``object-detection``: `image_id`, `image`, `width`, `height`; `objects`, a struct of the lists `id`, `area`
      (pixels), `bbox` (left, top, width, height in pixels) and `category`. Objects whose box has no area are left out.

    The layouts of point clouds have N points with C `fields`, in the frame of the sensor and in the order of the file:

    - ``point-cloud-detection``: `points`, float32 of shape (N, C); `boxes`, float64 of shape (M, 7): x, y and z of the
      center, length, width, height, and yaw in radians, in the frame of the sensor; `labels`, M class indices;
      `track_ids`, M ids of tracks, or -1; `pose`, float64 of shape (4, 4), which transforms points from the sensor to
      the world. Cuboids without a class or a volume are left out. The pitch and roll of a cuboid are lost; see
      `segments_hf.points.Boxes.to_7dof`.
    - ``point-cloud-segmentation``: `points`; `labels`, the class index + 1 of each point, or 0 if it is unlabeled;
      `instances`, the number of the object of each point in this point cloud, from 1 on, or 0 if it is unlabeled.

    Read these columns with ``with_format("numpy")`` or ``with_format("torch")``, which return arrays, with floats as
    float32. They return NaN for null in `points` and `boxes`, and None for null in the other columns. Without a
    format, `datasets` makes nested lists of the points, which is slow.

    `image` decodes to 8-bit RGB or gray; in ``instance-segmentation``, it always decodes to RGB. The bytes of 8-bit
    RGB and gray images without transparency are not changed. Other images become PNGs. Gray images of more than 8 bits
    and images of floats are scaled. A warning is logged if an image uses less than a tenth of its range, has values
    outside of its range, or has floats outside of 0 to 1. The remaining images are converted with
    `PIL.Image.Image.convert`, and lose their transparency.

    Objects that a layout cannot represent, such as a polyline in a mask, are left out. A warning with their number is
    logged.

    Args:
        data: The rows of a task of images or point clouds: a dataset or a stream, or a dict of its splits; or a release
            as `load_release` takes it, from which a dataset is built.
        task: The name of one of these layouts, in upper or lower case.
        ignore_index: In ``semantic-segmentation`` and ``point-cloud-segmentation``, the value of unlabeled pixels or
            points; the other values are class indices. By default, unlabeled pixels or points are 0, and the other
            values are class index + 1. `id2label` returns the names of the values. The other layouts do not have this
            option.
        palette: In ``semantic-segmentation``, whether the PNGs of masks have a palette, so that viewers show the
            classes in their colors. Without a palette, the PNGs are plain grayscale with the same pixel values. With
            over 255 classes, or an `ignore_index` over 255, the PNGs are always 16-bit grayscale. The other layouts do
            not have this option.
        image_range: The pixel values for black and for white in gray images of more than 8 bits and images of
            floats, such as ``(0, 4095)`` for 12-bit values stored in 16 bits; values outside of this range are clipped.
            By default, the range that the file declares, else a range for its pixel type: for floats, 0 to 1, or a
            guess if values are outside of it. 8-bit images are not affected.
        fields: The names of the fields of the points, as in the files. By default ``["x", "y", "z", "intensity"]``. If
            a file lacks one of the fields, the error lists the fields of the file.
        keep_unlabeled: Whether to keep rows without a label or bitmap, with null in the label columns; SKIPPED and
            REJECTED rows; and rows without an image or point cloud, with null in `image` or `points`. By default, these
            rows are left out, and a warning with their number is logged (for a stream, the number so far).
        on_error: What to do with a row whose image, points or label cannot be read or do not fit into the layout, such
            as over 255 instances in ``instance-segmentation``: ``"raise"`` an error, ``"skip"`` the row, or ``"keep"``
            the row with null in the affected columns. Skipped and kept rows are logged. A release is loaded with the
            same policy.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release.

    Raises:
        OptionError: There is no such layout, an option is invalid or does not fit the layout or an image, the layout
            cannot be made from these rows, or a split has no rows left.
        AssetError: An image or a point cloud cannot be read; the error names the sample.
        BitmapError: A bitmap cannot be read, a coordinate is invalid, or an image has more instances than the layout
            allows; the error names the sample.
        PointCloudError: A cuboid, a pose or the label of points is invalid; the error names the sample.
        MissingExtraError: A point cloud is a LAS or LAZ file, and laspy or lazrs is not installed.
        SegmentsHFError: The dataset does not have the columns that the layout is made from, or has no categories.

    >>> from segments_hf import load_release
    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", streaming=True)
    >>> next(iter(to_layout(flowers, "semantic-segmentation")))["label"].mode
    'P'
    """
    options = LayoutOptions(ignore_index, palette, image_range, fields)
    return lay_out(data, task, options, keep_unlabeled=keep_unlabeled, on_error=on_error, num_proc=num_proc)


def lay_out(
    data: Data,
    task: str,
    options: LayoutOptions = DEFAULT_OPTIONS,
    *,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
    counts: Counts | None = None,
) -> AnyDataset:
    """Convert rows as `to_layout` does, keep columns that the caller counts, and count the rows and objects left out.

    Args:
        data: As for `to_layout`.
        task: As for `to_layout`.
        options: The options of the layout.
        keep_unlabeled: As for `to_layout`.
        on_error: As for `to_layout`.
        num_proc: As for `to_layout`.
        counts: An object with the names of further columns to keep. The function adds to it the numbers of rows and
            objects that it leaves out; for a stream, see `Counts`. With None, no further columns are kept, and the
            numbers are only logged.
    """
    layout = find_layout(task)
    check_options(layout, options)
    policy = checked_on_error(on_error)
    make_asset_column = _asset_column_maker(layout, options)

    def convert_split(part: SplitRows, split: str) -> SplitRows:
        classes = categories(part)
        row_columns = RowColumns(layout.make(classes, options), make_asset_column(classes), policy)
        all_features = {**part.features, **row_columns.features}
        features = {name: all_features[name] for name in [*layout.columns, *(counts.columns if counts else ())]}
        if counts is not None and isinstance(part, IterableDataset):
            return map_reported_layout(part, row_columns, features, split, keep_unlabeled=keep_unlabeled)
        left_out = counts.left_out.setdefault(split, LeftOut()) if counts else LeftOut()
        rows = part if keep_unlabeled else trainable_rows(part, split, num_proc, left_out)
        return map_layout(rows, row_columns, features, split, num_proc, left_out)

    return map_splits(data, convert_split, num_proc, policy, check=partial(check_rows_of_layout, layout=layout))


def reported_columns(part: SplitRows, split: str, task: str, options: LayoutOptions, on_error: OnError) -> NewColumns:
    """Return the function that makes the columns of a layout and the column `REPORT` for a row.

    The function makes the same columns as `lay_out` does for a stream with `counts`.

    Args:
        part: The rows of one split, whose features have the categories.
        split: The name of the split, for messages.
        task: As for `to_layout`.
        options: The options of the layout.
        on_error: As for `to_layout`.
    """
    layout = find_layout(task)
    classes = categories(part)
    make_asset_column = _asset_column_maker(layout, options)
    row_columns = RowColumns(layout.make(classes, options), make_asset_column(classes), on_error)
    return SelectingColumns(row_columns, split, keep_unlabeled=False)


def _asset_column_maker(layout: Layout, options: LayoutOptions) -> Callable[[Sequence[Category]], AssetColumn]:
    """Check the options of the column `image` or `points`, and return a function from the categories to this column.

    Raises:
        OptionError: An option is invalid.
    """
    if layout.label_type is None:
        images = LayoutImages(checked_range(options.image_range))
        return lambda _: images
    names = checked_fields(options.fields)
    return lambda classes: LayoutPoints(names, to_feature_id(classes))
