"""The names and colors of classes, wherever they are known from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segments_hf.bitmaps import palette_color
from segments_hf.dataset.inputs import input_features
from segments_hf.errors import OptionError
from segments_hf.labels.categories import carried_categories, class_colors, class_names
from segments_hf.layouts import mask_classes
from segments_hf.layouts.layout_label import MaskClasses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.bitmaps import Color

NO_CLASS_COLOR: Color = (160, 160, 160)
NO_CLASS = "no class"


@dataclass(frozen=True)
class Classes:
    """The names and colors of the classes.

    Attributes:
        names: The name of each class index; None if the names are not known; then the numbers are shown.
        colors: The color of each.
        in_masks: How the values of semantic masks stand for classes.
    """

    names: Sequence[str] | None = None
    colors: Sequence[Color] = ()
    in_masks: MaskClasses = field(default_factory=MaskClasses)

    def name(self, index: int | None) -> str:
        """The name of a class index; an object may have none.

        Raises:
            OptionError: There is no such class.
        """
        if index is None:
            return NO_CLASS
        if self.names is None:
            return f"class {index}"
        self._check(index)
        return self.names[index]

    def color(self, index: int | None) -> Color:
        """The color of a class index.

        Raises:
            OptionError: There is no such class.
        """
        if index is None:
            return NO_CLASS_COLOR
        if self.names is None:
            return palette_color(index)
        self._check(index)
        return self.colors[index]

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self.names or ()):
            raise OptionError(
                f"got a row with the class index {index} for {len(self.names or ())} categories; "
                "wanted the categories of the dataset that it is from"
            )


def classes_of(of: Any = None) -> Classes:
    """The classes of something.

    Args:
        of: Data of any kind, also in a layout, as `open_splits` takes it; categories in the order of the class indices;
            or None if the classes are not known.

    Raises:
        SegmentsHFError: The data are of another kind, or hold no categories.

    >>> from segments_hf.release import Category
    >>> classes_of([Category(4, "leaf", (0, 160, 0))]).name(0), classes_of().name(0)
    ('leaf', 'class 0')
    """
    if of is None or isinstance(of, Classes):
        return of or Classes()
    if isinstance(of, Sequence) and not isinstance(of, str):
        return Classes(class_names(of), class_colors(of), MaskClasses(number=len(of)))
    return features_classes(input_features(of))


def features_classes(features: Mapping[str, Any]) -> Classes:
    """The classes of a dataset with these features.

    Raises:
        SegmentsHFError: The features hold no categories.
    """
    categories = carried_categories(features)
    return Classes(class_names(categories), class_colors(categories), mask_classes(features, len(categories)))
