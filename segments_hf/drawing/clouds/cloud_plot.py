"""Draw a row of a point cloud as a figure: the cloud from above, and beside it the pictures of the cameras."""

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

_PIXELS = 960  # the longer side of the picture from above
_CAMERA_PIXELS = (960, 960)  # maximum size of the picture of a camera
_WIDTH, _HEIGHT = 9.2, 7.0  # the maximum width and height of the picture from above in inches
_CAMERA_WIDTH, _CAMERA_HEIGHT = 4.6, 3.0  # the width and height of the picture of a camera in inches
_CAMERAS_PER_COLUMN = 3
_MOST_NUMBERED = 15  # objects with ids in the picture; more ids would hide the points
_LONGEST_NAME = 40  # maximum number of characters of the name of a camera
_NOTHING = (0.0, 4.0, 0.0, 3.0)  # the extent of a panel without points and objects


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
    left, right, bottom, top = extent = view.ground.extent if view else _NOTHING
    inches = min(_WIDTH / (right - left), _HEIGHT / (top - bottom))
    columns = -(-len(cameras) // _CAMERAS_PER_COLUMN)
    lines = -(-len(cameras) // columns) if columns else 1
    width, height = (right - left) * inches, max((top - bottom) * inches, lines * _CAMERA_HEIGHT if columns else 0)
    figure = new_figure(width + columns * _CAMERA_WIDTH + 0.8, height + 1.6)
    grid = figure.add_gridspec(lines, 1 + columns, width_ratios=[width, *[_CAMERA_WIDTH] * columns])
    panel = figure.add_subplot(grid[:, 0])
    if view is None:
        show_picture(panel, "from above", None, extent, "no points")
    else:
        shapes = view.outlines.shapes
        if len(shapes) <= _MOST_NUMBERED:
            names, colors = [str(shape.id) for shape in shapes], [classes.color(shape.category) for shape in shapes]
            draw_tags(view.picture, view.outlines, names, colors)
        show_picture(panel, f"{counted(scene.num_points, 'point')} from above", view.picture, extent)
        panel.set(xlabel="x", ylabel="y")
    for number, camera in enumerate(cameras):
        column, line = divmod(number, lines)
        shown = draw_camera(camera, scene.boxes, classes, _CAMERA_PIXELS)
        panel = figure.add_subplot(grid[line, 1 + column])
        width, height = shown.image_size
        show_picture(
            panel, cut(str(camera.get("name") or "camera"), _LONGEST_NAME), shown.picture, (0, width, height, 0)
        )
    add_legend(figure, classes, scene.counts)
    add_title(figure, row)
    return figure
