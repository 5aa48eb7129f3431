"""The names and colors of classes, taken from a dataset, a release or a list of categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segments_hf.bitmaps import palette_color
from segments_hf.dataset.inputs import input_features
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.labels.categories import class_colors, class_names, stored_categories
from segments_hf.layouts import mask_classes
from segments_hf.layouts.layout_label import MaskClasses
from segments_hf.release import Category

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from segments_hf.bitmaps import Color
    from segments_hf.dataset.data_types import Data

    ClassSource: TypeAlias = "Data | Sequence[Category] | Classes | None"

NO_CLASS_COLOR: Color = (160, 160, 160)
NO_CLASS_NAME = "no class"


@dataclass(frozen=True)
class Classes:
    """The names and colors of the classes.

    Attributes:
        names: The name of each class index; None if the names are unknown. Then pictures show the class indices.
        colors: The color of each class index; empty if the names are unknown. Then colors are those of a fixed palette.
        mask_classes: The class of each value in a semantic mask.
    """

    names: Sequence[str] | None = None
    colors: Sequence[Color] = ()
    mask_classes: MaskClasses = field(default_factory=MaskClasses)

    def name(self, index: int | None) -> str:
        """Return the name of a class index; for None, return the name of objects without a class.

        Raises:
            OptionError: No class has this index.
        """
        if index is None:
            return NO_CLASS_NAME
        if self.names is None:
            return f"class {index}"
        self._check_index(index)
        return self.names[index]

    def color(self, index: int | None) -> Color:
        """Return the color of a class index; for None, return the color of objects without a class.

        Raises:
            OptionError: No class has this index.
        """
        if index is None:
            return NO_CLASS_COLOR
        if self.names is None:
            return palette_color(index)
        self._check_index(index)
        return self.colors[index]

    def _check_index(self, index: int) -> None:
        if not 0 <= index < len(self.names or ()):
            raise OptionError(
                f"got {len(self.names or ())} categories for a row with the class index {index}, expected the "
                "categories of the dataset that the row belongs to",
                option="of",
            )


def classes_of(of: ClassSource = None) -> Classes:
    """Return the names and colors of the classes of a dataset, release or list of categories.

    Args:
        of: An input of any kind that `open_splits` accepts, which may be in a layout; categories in the order of the
            class indices; None if the classes are unknown; or `Classes`, which are returned unchanged.

    Raises:
        SegmentsHFError: The input has an unsupported type, or contains no categories.

    >>> from segments_hf.release import Category
    >>> classes_of([Category(4, "leaf", (0, 160, 0))]).name(0), classes_of().name(0)
    ('leaf', 'class 0')
    """
    if of is None or isinstance(of, Classes):
        return of or Classes()
    if isinstance(of, Sequence) and not isinstance(of, str):
        categories = [item for item in of if isinstance(item, Category)]
        if len(categories) < len(of):
            other = next(item for item in of if not isinstance(item, Category))
            raise SegmentsHFError(
                f"got a {type(of).__name__} that contains {type(other).__name__} as the source of the classes, "
                "expected a list of categories"
            )
        return Classes(class_names(categories), class_colors(categories), MaskClasses(num_classes=len(categories)))
    return classes_of_features(input_features(of))


def classes_of_features(features: Mapping[str, Any]) -> Classes:
    """Return the names and colors of the classes of a dataset with these features.

    Raises:
        SegmentsHFError: The features contain no categories.
    """
    categories = stored_categories(features)
    return Classes(class_names(categories), class_colors(categories), mask_classes(features, len(categories)))
