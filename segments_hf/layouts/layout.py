"""The interface of layouts: the columns that training code for a task reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from segments_hf.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segments_hf.labels import CloudLabel
    from segments_hf.labels.row import Row
    from segments_hf.layouts.layout_label import LayoutLabel, MaskClasses
    from segments_hf.release import Category

IMAGE_ENCODING = (
    "`image` is 8-bit RGB or gray. Files in these modes without transparency were not changed. All other files were "
    "converted to PNGs, and values of more than 8 bits were scaled to 0..255."
)


@dataclass(frozen=True)
class Columns:
    """The new columns of one row.

    Attributes:
        values: The value of each column.
        left_out: The number of objects that are not in the columns, by reason.
    """

    values: dict[str, Any]
    left_out: Counter[str] = field(default_factory=Counter)


class LayoutColumns(Protocol):
    """An object that makes the new columns of a row.

    It pickles to the same bytes in every process, so that `datasets` finds cached results.
    """

    @property
    def features(self) -> dict[str, Any]:
        """The new columns and their features."""

    def columns_of(self, row: Row) -> Columns:
        """Make the columns of a row.

        Raises:
            BitmapError: The label of an image cannot be read, or does not fit into the layout.
            PointCloudError: The label or the pose of a point cloud is invalid.
        """


class AssetColumn(Protocol):
    """An object that makes the column of the image or of the points of a row.

    It pickles to the same bytes in every process, so that `datasets` finds cached results.
    """

    @property
    def name(self) -> str:
        """The name of the column."""

    @property
    def features(self) -> dict[str, Any]:
        """The column and its feature; empty if `LayoutColumns.features` has it, or if the feature does not change."""

    def of_row(self, row: Row) -> tuple[Any, dict[str, str]]:
        """Return the value of the column, and a dict of warnings about the row.

        Each key is a phrase about all rows with the same warning, and each value is a phrase about this row.

        Raises:
            AssetError: The image or the points cannot be read.
            OptionError: An option does not fit the image.
        """


@dataclass(frozen=True)
class LayoutOptions:
    """The options of layouts. Each layout has some of them.

    Attributes:
        ignore_index: The value of unlabeled pixels or points, with class indices as the other values; None for 0, with
            class index + 1 as the other values.
        palette: Whether the PNG of a semantic mask has a palette with the colors of the classes.
        image_range: The pixel values for black and for white in gray images of more than 8 bits and images of
            floats; None for the range that the file declares, else a range for its pixel type.
        fields: The fields of the points of a point cloud; None for x, y, z and intensity.
    """

    ignore_index: int | None = None
    palette: bool = True
    image_range: tuple[float, float] | None = None
    fields: Sequence[str] | None = None


DEFAULT_OPTIONS = LayoutOptions()


@dataclass(frozen=True)
class Layout:
    """The columns that training code for a task reads.

    Attributes:
        task: The name of the task.
        columns: The columns in order. Columns that the layout does not make are copied from the row.
        label_columns: Columns of the label, by which the layout of a row is recognized. `read` reads them; it also uses
            `width` and `height` if the row has them, which are not listed here.
        make: A function that takes the categories and the options, and returns the object that makes the columns of
            the label.
        read: A function that reads the label of a row in this layout; it returns None if the row has no label, and
            raises BitmapError or AssetError if a mask cannot be read. None for the layouts of point clouds.
        encoding: A description of the columns, in Markdown, for the card of a dataset.
        class_values: The column or channel with the class values of a label, in Markdown, for the card of a dataset.
        hub_task: The task category and task id on the Hub.
        first_value: The value of class 0. It is not used if `has_semantic_mask`: the value then depends on
            `ignore_index`, see `mask_classes`.
        options: The names of the options of `LayoutOptions` that the layout has.
        has_semantic_mask: Whether the layout has a semantic mask, or a semantic label of each point, to which
            `ignore_index` applies.
        label_type: The type of the labels that the layout is made from, if it is a layout of point clouds; None for a
            layout of images.
    """

    task: str
    columns: tuple[str, ...]
    label_columns: tuple[str, ...]
    make: Callable[[Sequence[Category], LayoutOptions], LayoutColumns]
    read: Callable[[Row, MaskClasses], LayoutLabel | None] | None
    encoding: str
    class_values: str
    hub_task: tuple[str, str | None]
    first_value: int = 0
    options: tuple[str, ...] = ("image_range",)
    has_semantic_mask: bool = False
    label_type: type[CloudLabel] | None = None

    def check_readable(self) -> None:
        """Check that labels can be read from rows in this layout.

        Raises:
            OptionError: This is a layout of point clouds.
        """
        if self.read is None:
            raise OptionError(
                f"got rows in the layout {self.task!r}, from which labels cannot be read; pass the dataset that was "
                "the input of `to_layout`"
            )

    def read_label(self, row: Row, classes: MaskClasses) -> LayoutLabel | None:
        """Read the label of a row in this layout; return None if the row has no label.

        Args:
            row: The row.
            classes: How the values of a semantic mask relate to class indices.

        Raises:
            OptionError: This is a layout of point clouds.
            BitmapError: A mask cannot be read.
            AssetError: A mask cannot be read.
        """
        self.check_readable()
        return self.read(row, classes) if self.read else None
