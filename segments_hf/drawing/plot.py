"""A row as a figure: its image, its instances, its classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from segments_hf.bitmaps import palette_color
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.figure import as_it_is, new_figure, part
from segments_hf.drawing.first_rows import one_row
from segments_hf.drawing.overlay import blank, laid_over
from segments_hf.drawing.painting import paint_label
from segments_hf.drawing.tags import draw_tags
from segments_hf.drawing.text import cut, one_line
from segments_hf.errors import AssetError, BitmapError
from segments_hf.images.viewing import decode_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from segments_hf.drawing.classes import Classes
    from segments_hf.drawing.drawable import RowLabel

_PIXELS = (960, 960)  # what the picture of a panel fits into
_PANEL = 4.6  # inches
_TALLEST, _FLATTEST = 2.0, 0.3  # height of a panel by its width
_COLUMNS = 6  # of the legend
_LONGEST_NAME = 28  # characters, in the legend


def plot(data: Any, of: Any = None, *, index: int = 0, opacity: float = 0.5) -> Figure:
    """Draw a row of data as a figure of matplotlib: its image, its instances each in a color of its own, its classes.

    Instances have their ids beside them, classes their names and a legend that counts their objects. It needs
    matplotlib. The figure does not belong to pyplot: a notebook shows it, and ``figure.savefig("row.png")`` writes it.

    Args:
        data: A row of a dataset, a release or a stream, also in a layout: ``dataset[3]``. Or a release as
            `load_release` takes it, a dataset or a stream, or a dict of its splits: one of its rows is drawn.
        of: The source of the names and colors of the classes: the dataset that a row is from, its release, or its
            categories. Without it, class indices are the names of the classes of a row.
        index: Which row of the data, counted from 0 on through its splits.
        opacity: How opaque masks and polygons are, from 0 to 1.

    Returns:
        A `matplotlib.figure.Figure`, whose axes are in the pixels of the image.

    Raises:
        MissingExtraError: matplotlib is not installed.
        AssetError: The image cannot be read; the error names the sample.
        BitmapError: The label cannot be read; so does this one.
        OptionError: The row has a class that is not among the categories, or there is no such row.
        SegmentsHFError: The data are of another kind.

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
    ground = to_rgb(image, _PIXELS) if image else blank(label, _PIXELS)
    figure, panels = _panels(size)
    _show(panels[0], "image", ground if image else None, size, "no image")
    if label is None or label.is_empty or ground is None:
        for panel, title in zip(panels[1:], ("instances", "classes"), strict=True):
            _show(panel, title, None, size, _reason(row, label))
    else:
        label = label if label.size else label._replace(size=ground.size)
        _show_label(panels, ground, label, classes, size, opacity)
        _add_legend(figure, label, classes)
    as_it_is([figure.suptitle(one_line(" · ".join(str(row[key]) for key in ("name", "status") if row.get(key))))])
    return figure


def _panels(size: tuple[int, int] | None) -> tuple[Figure, list[Axes]]:
    shape = size[1] / size[0] if size else 0.75
    figure = new_figure(3 * _PANEL, _PANEL * min(max(shape, _FLATTEST), _TALLEST) + 1.2)
    return figure, list(figure.subplots(1, 3))


def _show(panel: Axes, title: str, picture: Image | None, size: tuple[int, int] | None, otherwise: str) -> None:
    panel.set_title(title)
    panel.tick_params(labelsize="small")
    if picture is not None and size:
        panel.imshow(np.asarray(picture), extent=(0, size[0], size[1], 0))
        return
    panel.set_facecolor("0.92")
    panel.set(xticks=[], yticks=[])
    panel.set_box_aspect(size[1] / size[0] if size else 0.75)
    panel.text(0.5, 0.5, otherwise, ha="center", va="center", color="0.4", transform=panel.transAxes)


def _show_label(
    panels: list[Axes], ground: Image, label: RowLabel, classes: Classes, size: tuple[int, int] | None, opacity: float
) -> None:
    if label.is_by_class:
        _show(panels[1], "instances", None, size, "the label has classes, but no instances")
    else:
        colors = [palette_color(place) for place in range(len(label.shapes))]
        instances = paint_label(ground, label, colors, opacity=opacity)
        draw_tags(instances, label, [str(shape.id) for shape in label.shapes], colors)
        _show(panels[1], _counted(len(label.shapes), "instance", "instances"), instances, size, "")
    drawn = laid_over(ground, label, classes, names=True, opacity=opacity)
    count = len({shape.category for shape in label.shapes} - {None})
    _show(panels[2], _counted(count, "class", "classes"), drawn, size, "")


def _add_legend(figure: Figure, label: RowLabel, classes: Classes) -> None:
    from matplotlib.patches import Patch

    counts = Counter(shape.category for shape in label.shapes)
    known = sorted(counts, key=lambda index: (index is None, index))
    patches = [Patch(color=part(classes.color(index))) for index in known]
    names = [cut(classes.name(index), _LONGEST_NAME) for index in known]
    if not label.is_by_class:
        names = [f"{name} ({counts[index]})" for name, index in zip(names, known, strict=True)]
    if names:
        lines = -(-len(names) // _COLUMNS)
        columns = -(-len(names) // lines)
        as_it_is(figure.legend(patches, names, loc="outside lower center", ncols=columns, frameon=False).get_texts())


def _reason(row: Mapping[str, Any], label: RowLabel | None) -> str:
    """Return the reason why a label is not drawn."""
    if label is None:
        return "no label"
    return "the bitmap or the size is missing" if row.get("annotations") or label.shapes else "nothing is labeled"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
