"""Draw a row of a point cloud as a figure: the cloud from above, and beside it the camera images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.drawing.clouds.camera_view import cameras_of, draw_camera
from segments_hf.drawing.clouds.scene import scene_of
from segments_hf.drawing.clouds.top_view import draw_top_view
from segments_hf.drawing.figure import add_legend, add_title, new_figure, show_picture
from segments_hf.drawing.tags import draw_tags
from segments_hf.drawing.text import cut
from segments_hf.io.number_text import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from segments_hf.drawing.classes import Classes
    from segments_hf.labels.row import Row

_PIXELS = 960  # the longer side of the picture of the cloud
_CAMERA_PIXELS = (960, 960)  # the maximum width and height of a camera image
_MAX_WIDTH, _MAX_HEIGHT = 9.2, 7.0  # of the picture of the cloud, in inches
_CAMERA_WIDTH, _CAMERA_HEIGHT = 4.6, 3.0  # of the panel of a camera image, in inches
_CAMERAS_PER_COLUMN = 3
_MAX_NUMBERED = 15  # with more objects, no ids are drawn, because they would hide the points
_MAX_NAME_LENGTH = 40  # of a camera, in characters
_EMPTY_EXTENT = (0.0, 4.0, 0.0, 3.0)  # of a panel without points and objects: left, right, bottom and top


def plot_cloud(row: Row, classes: Classes, opacity: float) -> Figure:
    """Draw a row of a point cloud as a figure.

    Args:
        row: The row.
        classes: The classes.
        opacity: The opacity of polygons, from 0 to 1.

    Raises:
        MissingExtraError: matplotlib is not installed; or laspy or lazrs is not, for a LAS or LAZ file.
        AssetError: The point cloud or the image of a camera cannot be read.
        PointCloudError: The label, the pose or a camera is invalid.
        OptionError: The label has a class index that `classes` does not have.
    """
    scene, cameras = scene_of(row), cameras_of(row)
    view = draw_top_view(scene, row.get("ego_pose"), classes, _PIXELS, opacity=opacity)
    left, right, bottom, top = extent = view.ground.extent if view else _EMPTY_EXTENT
    inches_per_unit = min(_MAX_WIDTH / (right - left), _MAX_HEIGHT / (top - bottom))
    columns = -(-len(cameras) // _CAMERAS_PER_COLUMN)
    lines = -(-len(cameras) // columns) if columns else 1
    width, height = (
        (right - left) * inches_per_unit,
        max((top - bottom) * inches_per_unit, lines * _CAMERA_HEIGHT if columns else 0),
    )
    figure = new_figure(width + columns * _CAMERA_WIDTH + 0.8, height + 1.6)
    grid = figure.add_gridspec(lines, 1 + columns, width_ratios=[width, *[_CAMERA_WIDTH] * columns])
    panel = figure.add_subplot(grid[:, 0])
    if view is None:
        show_picture(panel, "from above", None, extent, "no points")
    else:
        shapes = view.outlines.shapes
        if len(shapes) <= _MAX_NUMBERED:
            ids, colors = [str(shape.id) for shape in shapes], [classes.color(shape.class_index) for shape in shapes]
            draw_tags(view.picture, view.outlines, ids, colors)
        show_picture(panel, f"{counted(scene.num_points, 'point')} from above", view.picture, extent)
        panel.set(xlabel="x", ylabel="y")
    for number, camera in enumerate(cameras):
        column, line = divmod(number, lines)
        camera_view = draw_camera(camera, scene.boxes, classes, _CAMERA_PIXELS)
        panel = figure.add_subplot(grid[line, 1 + column])
        width, height = camera_view.image_size
        show_picture(
            panel,
            cut(str(camera.get("name") or "camera"), _MAX_NAME_LENGTH),
            camera_view.picture,
            (0, width, height, 0),
        )
    add_legend(figure, classes, scene.counts)
    add_title(figure, row)
    return figure
