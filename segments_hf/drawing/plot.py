"""Draw a row as a figure of matplotlib."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.bitmaps import palette_color
from segments_hf.drawing.clouds.cloud_plot import plot_cloud
from segments_hf.drawing.drawable import row_label
from segments_hf.drawing.figure import add_legend, add_title, new_figure, show_picture
from segments_hf.drawing.first_rows import one_row
from segments_hf.drawing.overlay import blank_background, draw_over, with_size
from segments_hf.drawing.painting import paint_label
from segments_hf.drawing.tags import draw_tags
from segments_hf.errors import AssetError, BitmapError, PointCloudError
from segments_hf.images.viewing import decode_image, to_rgb
from segments_hf.io.number_text import counted
from segments_hf.labels import is_point_cloud
from segments_hf.labels.row import sample_name
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

_MAX_PICTURE_SIZE = (960, 960)  # of the picture in a panel, in pixels
_PANEL_WIDTH = 4.6  # in inches
_MAX_ASPECT, _MIN_ASPECT = 2.0, 0.3  # the limits of the ratio of the height of a panel to its width
_DEFAULT_SIZE = (4, 3)  # the width and height of an image of unknown size, for the shape of its panel
_MAX_NUMBERED = 15  # ids are drawn for at most this number of instances; more ids would hide the masks


@short_traceback
def plot(
    data: Data | Row, of: ClassSource = None, *, index: int = 0, opacity: float = 0.5, sensor: str | None = None
) -> Figure:
    """Draw a row as a figure of matplotlib.

    A figure of an image has three panels: the image, its instances in different colors, and its classes. A figure of a
    point cloud shows the cloud from above, and beside it the camera images with the boxes over them. In the picture of
    the cloud, the sensor is at the origin, x is to the right and y is up. x is the heading of the sensor; if the sensor
    is tilted, its pose is used to level the cloud. Points have the color of their class or of the box around them.
    Other points are gray, and brighter if they are higher. A line from the center of a box through its front shows its
    heading. Camera images are drawn if `data` is a release, or was loaded with `cameras=True`.

    Objects have their ids beside them if there are at most 15. A legend shows the color of each class in the label, and
    the number of its objects, or of its points in a segmentation of points. For a semantic mask, the legend has no
    numbers. The function needs matplotlib. The figure is not registered in pyplot: a notebook displays it, and
    ``figure.savefig("row.png")`` writes it to a file.

    Args:
        data: A row such as ``dataset[3]``, which may be in a layout; or the data that contain the row: a release in
            any form that `load_release` accepts, a dataset or a stream, or a dict of its splits.
        of: The source of the class names and colors of a row: its dataset, its release, or its categories. By default,
            the figure shows class indices.
        index: The index of the row in `data`, from 0. The rows of several splits are numbered one split after the
            other.
        opacity: The opacity of masks and polygons, from 0 to 1.
        sensor: The sensor of a release of several sensors, as in `load_release`.

    Returns:
        A `matplotlib.figure.Figure`. The axes of images are in pixels, those of a point cloud in its unit of length.

    Raises:
        MissingExtraError: matplotlib is not installed; or laspy or lazrs is not, for a LAS or LAZ file.
        AssetError: The image or point cloud cannot be read; the error names the sample.
        BitmapError: The label of an image cannot be read; the error names the sample.
        PointCloudError: The label, the pose or a camera of a point cloud is invalid; the error names the sample.
        OptionError: The row has a class index that `of` does not have; the row is neither that of an image nor that of
            a point cloud, or contains arrays; `index` is out of range; or the data are not a release with the sensor
            `sensor`.
        SegmentsHFError: The data have an unsupported type, or contain no categories; or the sample cannot be read.

    >>> from segments_hf.demo import demo_release
    >>> figure = plot(demo_release(), index=0)
    >>> [axes.get_title() for axes in figure.axes]
    ['image', '9 instances', '2 classes']
    """
    row, classes = one_row(data, index, of, sensor)
    try:
        return plot_cloud(row, classes, opacity) if is_point_cloud(row) else _plot_image(row, classes, opacity)
    except (AssetError, BitmapError, PointCloudError) as error:
        raise type(error)(f"{sample_name(row)}: {error}") from error


def _plot_image(row: Row, classes: Classes, opacity: float) -> Figure:
    label, image = row_label(row, classes), decode_image(row.get("image"))
    size = image.size if image else label.size if label else None
    background = to_rgb(image, _MAX_PICTURE_SIZE) if image else blank_background(label, _MAX_PICTURE_SIZE)
    figure, panels = _panels(size)
    _show(panels[0], "image", background if image else None, size, "no image")
    if label is None or label.is_empty or background is None:
        for panel, title in zip(panels[1:], ("instances", "classes"), strict=True):
            _show(panel, title, None, size, _reason(row, label))
    else:
        label = with_size(label, size)
        _show_label(panels, background, label, classes, size, opacity)
        counts = Counter(shape.class_index for shape in label.shapes)
        add_legend(figure, classes, counts, shows_counts=not label.is_by_class)
    add_title(figure, row)
    return figure


def _panels(size: tuple[int, int] | None) -> tuple[Figure, list[Axes]]:
    width, height = size or _DEFAULT_SIZE
    figure = new_figure(3 * _PANEL_WIDTH, _PANEL_WIDTH * min(max(height / width, _MIN_ASPECT), _MAX_ASPECT) + 1.2)
    return figure, list(figure.subplots(1, 3))


def _show(panel: Axes, title: str, picture: Image | None, size: tuple[int, int] | None, placeholder: str) -> None:
    width, height = size or _DEFAULT_SIZE
    show_picture(panel, title, picture if size else None, (0, width, height, 0), placeholder)


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
        has_ids = any(shape.id for shape in label.shapes)
        if has_ids and len(label.shapes) <= _MAX_NUMBERED:
            draw_tags(instances, label, [str(shape.id) for shape in label.shapes], colors)
        _show(panels[1], counted(len(label.shapes), "instance"), instances, size, "")
    drawn = draw_over(background, label, classes, names=False, opacity=opacity)
    count = len({shape.class_index for shape in label.shapes} - {None})
    _show(panels[2], "1 class" if count == 1 else f"{count} classes", drawn, size, "")


def _reason(row: Mapping[str, Any], label: RowLabel | None) -> str:
    """Return the reason why a label is not drawn."""
    if label is None:
        return "no label"
    has_objects = row.get("annotations") or label.shapes
    return "the bitmap, the points or the image size is missing" if has_objects else "no objects"
