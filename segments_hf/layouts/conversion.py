"""Convert rows to a layout."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, overload

from datasets import IterableDataset

from segments_hf.dataset.class_info import categories
from segments_hf.dataset.row_map import map_splits
from segments_hf.dataset.rows.problems import checked_on_error
from segments_hf.images.depth.scaling import checked_range
from segments_hf.layouts.layout_images import LayoutImages
from segments_hf.layouts.left_out import SelectingColumns, map_layout, map_reported_layout, trainable_rows
from segments_hf.layouts.registry import check_release_rows, find_layout, mask_options
from segments_hf.layouts.row_report import Counts, LeftOut, RowColumns
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datasets import Dataset, DatasetDict, IterableDatasetDict

    from segments_hf.dataset.data_types import AnyDataset, Data, DatasetT, Releases, SplitRows
    from segments_hf.dataset.rows.new_columns import NewColumns
    from segments_hf.dataset.rows.problems import OnError


@overload
def to_layout(
    data: DatasetT,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
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
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> DatasetDict: ...


@short_traceback
def to_layout(
    data: Data,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
) -> AnyDataset:
    """Convert rows to the columns that the example scripts and tutorials of Hugging Face read.

    - ``semantic-segmentation``: `image`; `label`, the semantic mask.
    - ``instance-segmentation``: `image`; `annotation`, an RGB PNG: R is the value of the semantic mask, G is the
      number of the instance in this image, and B is 0; `semantic_class_to_id`, the value of each class.
    - ``panoptic-segmentation``: `image`; `label`, an RGB PNG with id = R + 256 G + 65536 B; `segments_info`, a list of
      `id`, `category_id` (class index), `area` (pixels), `bbox` (left, top, width, height in pixels) and `iscrowd`.
    - ``object-detection``: `image_id`, `image`, `width`, `height`; `objects`, a struct of the lists `id`, `area`
      (pixels), `bbox` (left, top, width, height in pixels) and `category`. Objects whose box has no area are left out.

    `image` decodes to 8-bit RGB or gray. The bytes of images in these modes are not changed. Other images
    become PNGs. Gray images of more than 8 bits and images of floats are scaled, and a warning is logged if an image
    uses less than a tenth of the range. Images in all other modes are converted with `PIL.Image.Image.convert`, which
    drops alpha.

    Objects that a layout cannot represent, such as a line in a mask, are left out. A warning with their number is
    logged.

    Args:
        data: The rows of an image task: a dataset or a stream, or a dict of its splits; or a release as `load_release`
            takes it, from which a dataset is built.
        task: The name of one of these four layouts.
        ignore_index: For semantic masks, the value of unlabeled pixels; the other values are class indices. By default,
            unlabeled pixels are 0 and the other values are class index + 1. `id2label` returns the names of the values.
        palette: Whether the PNGs of semantic masks have a palette with the colors of the classes, so that viewers show
            them. Otherwise, they are plain grayscale; the pixel values are the same. The masks of over 255 classes are
            always 16-bit grayscale. The other layouts do not have this option.
        image_range: The pixel values that become black and white in images of more than 8 bits, such as ``(0, 4095)``
            for 12-bit values stored in 16 bits; values outside are clipped. By default, the range that the
            file declares, else the range of its pixel type, which is 0 to 1 for floats. 8-bit images are not affected.
        keep_unlabeled: Whether to keep rows without a label, with null in the label columns, and SKIPPED and REJECTED
            rows. By default, these rows and rows without an image are left out, and a warning with their number is
            logged (for a stream, the number so far).
        on_error: What to do with a row whose image or label cannot be read or does not fit into the layout, such as
            over 255 instances in ``instance-segmentation``: ``"raise"`` an error, ``"skip"`` the row, or ``"keep"``
            the row with null in the affected columns. Skipped and kept rows are logged. A release is loaded with the
            same policy.
        num_proc: The number of processes; not for a stream.

    Returns:
        A dataset of the same kind; a dict of splits for a release.

    Raises:
        OptionError: There is no such task, an option does not fit the task or an image, the rows are not those of
            images, or a split has no rows left.
        AssetError: An image cannot be read; the error names the sample.
        BitmapError: A bitmap cannot be read, or an image has more instances than the layout allows; the error names
            the sample.
        SegmentsHFError: The dataset does not have the columns and categories of an image task.

    >>> from segments_hf import load_release
    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", streaming=True)
    >>> next(iter(to_layout(flowers, "semantic-segmentation")))["label"].mode
    'P'
    """
    return lay_out(
        data,
        task,
        ignore_index=ignore_index,
        palette=palette,
        image_range=image_range,
        keep_unlabeled=keep_unlabeled,
        on_error=on_error,
        num_proc=num_proc,
    )


def lay_out(  # noqa: PLR0913  (the options of `to_layout`, by name)
    data: Data,
    task: str,
    *,
    ignore_index: int | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    keep_unlabeled: bool = False,
    on_error: str = "raise",
    num_proc: int | None = None,
    counts: Counts | None = None,
) -> AnyDataset:
    """Convert rows as `to_layout` does, keep the columns to count, and count the rows and objects left out.

    Args:
        data: As for `to_layout`.
        task: As for `to_layout`.
        ignore_index: As for `to_layout`.
        palette: As for `to_layout`.
        image_range: As for `to_layout`.
        keep_unlabeled: As for `to_layout`.
        on_error: As for `to_layout`.
        num_proc: As for `to_layout`.
        counts: The columns to keep, and the numbers of rows and objects that are left out; None to count nothing.
    """
    layout = find_layout(task)
    mask = mask_options(layout, ignore_index, palette=palette)
    policy = checked_on_error(on_error)
    images = LayoutImages(checked_range(image_range))

    def convert_split(part: SplitRows, split: str) -> SplitRows:
        row_columns = RowColumns(layout.make(categories(part), mask), images, policy)
        known = {**part.features, **row_columns.features}
        features = {name: known[name] for name in [*layout.columns, *(counts.columns if counts else ())]}
        if counts is not None and isinstance(part, IterableDataset):
            return map_reported_layout(part, row_columns, features, split, keep_unlabeled=keep_unlabeled)
        left_out = counts.left_out.setdefault(split, LeftOut()) if counts else LeftOut()
        rows = part if keep_unlabeled else trainable_rows(part, split, num_proc, left_out)
        return map_layout(rows, row_columns, features, split, num_proc, left_out)

    return map_splits(data, convert_split, num_proc, policy, check=partial(check_release_rows, tool="layouts"))


def reported_columns(
    part: SplitRows,
    split: str,
    task: str,
    *,
    palette: bool,
    image_range: tuple[float, float] | None,
    on_error: OnError,
) -> NewColumns:
    """Return the function that makes the columns of a layout for a row, and the column `REPORT`.

    It makes the same columns as a stream of `lay_out` with counts.

    Args:
        part: The rows of one split, for their categories.
        split: The name of the split, for messages.
        task: As for `to_layout`.
        palette: As for `to_layout`.
        image_range: As for `to_layout`.
        on_error: As for `to_layout`.
    """
    layout = find_layout(task)
    label_columns = layout.make(categories(part), mask_options(layout, None, palette=palette))
    row_columns = RowColumns(label_columns, LayoutImages(checked_range(image_range)), on_error)
    return SelectingColumns(row_columns, split, keep_unlabeled=False)
