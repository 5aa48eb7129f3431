"""Draw a row as a figure of matplotlib with three panels: its image, its instances and its classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps import palette_color
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.figure import disable_formulas, new_figure, to_matplotlib
from segments_hf.drawing.first_rows import one_row
from segments_hf.drawing.overlay import blank, draw_over, with_size
from segments_hf.drawing.painting import paint_label
from segments_hf.drawing.tags import draw_tags
from segments_hf.drawing.text import cut, one_line
from segments_hf.errors import AssetError, BitmapError
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.io.number_text import counted
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from segments_hf.dataset.data_types import Data
    from segments_hf.drawing.classes import Classes, ClassSource
    from segments_hf.drawing.drawable import RowLabel
    from segments_hf.labels.row import Row

_PIXELS = (960, 960)  # maximum size of the picture in a panel
_PANEL = 4.6  # width of a panel in inches
_TALLEST, _FLATTEST = 2.0, 0.3  # maximum and minimum ratio of height to width of a panel
_MAX_NUMBERED = 15  # instances with ids in the picture; more ids would hide the masks
_COLUMNS = 6  # maximum number of columns of the legend
_LETTER, _PATCH = 0.085, 0.7  # widths in inches in the legend: of a letter, and of a patch with its margins
_LONGEST_NAME = 120  # maximum number of characters of a name in the legend, which fit into the figure
_EDGE_COLOR = "0.45"  # shows the patch of a white class


@short_traceback
def plot(data: Data | Row, of: ClassSource = None, *, index: int = 0, opacity: float = 0.5) -> Figure:
    """Draw a row as a figure of matplotlib with three panels: its image, its instances and its classes.

    The instances have different colors, and their ids if there are at most 15. A legend shows the color and the number
    of objects of each class. The function needs matplotlib. The figure is not registered in pyplot: a notebook displays
    it, and ``figure.savefig("row.png")`` writes it to a file.

    Args:
        data: A row such as ``dataset[3]``, which may be in a layout; or the data that contain the row: a release in
            any form that `load_release` accepts, a dataset or a stream, or a dict of its splits.
        of: The source of the class names and colors of a row: its dataset, its release, or its categories. By default,
            the figure shows class indices.
        index: The index of the row in `data`, from 0. The rows of several splits are numbered one split after the
            other.
        opacity: The opacity of masks and polygons, from 0 to 1.

    Returns:
        A `matplotlib.figure.Figure`, whose axes are in pixels of the image.

    Raises:
        MissingExtraError: matplotlib is not installed.
        AssetError: The image cannot be read; the error names the sample.
        BitmapError: The label cannot be read; the error names the sample.
        OptionError: The row has a class index that `of` does not have, the row is not that of an image, or `index` is
            out of range.
        SegmentsHFError: The data have an unsupported type, or contain no categories; or the sample cannot be read.

    >>> from segments_hf.demo import demo_release
    >>> figure = plot(demo_release(), index=0)
    >>> [axes.get_title() for axes in figure.axes]
    ['image', '9 instances', '2 classes']
    """
    row, classes = one_row(data, index, of)
    try:
        label, image = row_label(row, classes), decode_image(row.get("image"))
    except (AssetError, BitmapError) as error:
        raise type(error)(f"sample {row.get('name')!r}: {error}") from error
    size = image.size if image else label.size if label else None
    background = to_rgb(image, _PIXELS) if image else blank(label, _PIXELS)
    figure, panels = _panels(size)
    _show(panels[0], "image", background if image else None, size, "no image")
    if label is None or label.is_empty or background is None:
        for panel, title in zip(panels[1:], ("instances", "classes"), strict=True):
            _show(panel, title, None, size, _reason(row, label))
    else:
        label = with_size(label, size)
        _show_label(panels, background, label, classes, size, opacity)
        _add_legend(figure, label, classes)
    disable_formulas(
        [figure.suptitle(one_line(" · ".join(str(row[key]) for key in ("name", "status") if row.get(key))))]
    )
    return figure


def _panels(size: tuple[int, int] | None) -> tuple[Figure, list[Axes]]:
    shape = size[1] / size[0] if size else 0.75
    figure = new_figure(3 * _PANEL, _PANEL * min(max(shape, _FLATTEST), _TALLEST) + 1.2)
    return figure, list(figure.subplots(1, 3))


def _show(panel: Axes, title: str, picture: Image | None, size: tuple[int, int] | None, placeholder: str) -> None:
    panel.set_title(title)
    panel.tick_params(labelsize="small")
    if picture is not None and size:
        panel.imshow(np.asarray(picture), extent=(0, size[0], size[1], 0))
        return
    panel.set_facecolor("0.92")
    panel.set(xticks=[], yticks=[])
    panel.set_box_aspect(size[1] / size[0] if size else 0.75)
    panel.text(0.5, 0.5, placeholder, ha="center", va="center", color="0.4", transform=panel.transAxes)


def _show_label(
    panels: list[Axes],
    background: Image,
    label: RowLabel,
    classes: Classes,
    size: tuple[int, int] | None,
    opacity: float,
) -> None:
    if label.is_by_class:
        _show(panels[1], "instances", None, size, "the label has no instances, only classes")
    else:
        colors = [palette_color(index) for index in range(len(label.shapes))]
        instances = paint_label(background, label, colors, opacity=opacity)
        if len(label.shapes) <= _MAX_NUMBERED:
            draw_tags(instances, label, [str(shape.id) for shape in label.shapes], colors)
        _show(panels[1], counted(len(label.shapes), "instance"), instances, size, "")
    drawn = draw_over(background, label, classes, names=False, opacity=opacity)
    count = len({shape.category for shape in label.shapes} - {None})
    _show(panels[2], "1 class" if count == 1 else f"{count} classes", drawn, size, "")


def _add_legend(figure: Figure, label: RowLabel, classes: Classes) -> None:
    from matplotlib.patches import Patch

    counts = Counter(shape.category for shape in label.shapes)
    indices = sorted(counts, key=lambda index: (index is None, index))
    patches = [
        Patch(facecolor=to_matplotlib(classes.color(index)), edgecolor=_EDGE_COLOR, linewidth=0.8) for index in indices
    ]
    names = [cut(classes.name(index), _LONGEST_NAME) for index in indices]
    if not label.is_by_class:
        names = [f"{name} ({counts[index]})" for name, index in zip(names, indices, strict=True)]
    if names:
        most = min(_COLUMNS, max(1, int(3 * _PANEL / (_LETTER * max(map(len, names)) + _PATCH))))
        lines = -(-len(names) // most)
        columns = -(-len(names) // lines)
        disable_formulas(
            figure.legend(patches, names, loc="outside lower center", ncols=columns, frameon=False).get_texts()
        )


def _reason(row: Mapping[str, Any], label: RowLabel | None) -> str:
    """Return the reason why a label is not drawn."""
    if label is None:
        return "no label"
    return "the bitmap or the image size is missing" if row.get("annotations") or label.shapes else "no objects"
