"""Draw a row of a point cloud for a contact sheet: the cloud from above, and the camera images below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from segments_hf.drawing.clouds.camera_view import cameras_of, draw_camera
from segments_hf.drawing.clouds.scene import Scene, scene_of
from segments_hf.drawing.clouds.top_view import draw_top_view
from segments_hf.drawing.label_picture import UNLABELED_COLOR
from segments_hf.drawing.legend import SHEET_COLOR
from segments_hf.drawing.sheet_part import PART_WIDTH, SheetPart, in_cell
from segments_hf.drawing.text import font_of
from segments_hf.errors import AssetError, MissingExtraError, PointCloudError, SegmentsHFError
from segments_hf.io.number_text import counted
from segments_hf.labels import has_point_cloud

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segments_hf.drawing.classes import Classes
    from segments_hf.drawing.clouds.top_view import TopView
    from segments_hf.labels.row import Row

_CLOUD_HEIGHT = 320  # of the picture of the cloud, in pixels
_MAX_CAMERAS = 9
_CAMERAS_PER_LINE = 3
_NO_CLOUD = "no point cloud"
_OVERSAMPLING = 2  # camera images are drawn at this multiple of their size and then reduced, so that lines are smooth


def most_cameras(rows: Iterable[Row]) -> int:
    """Return the largest number of camera images in a row, or nine if it is larger."""
    return min(_MAX_CAMERAS, max(len(cameras_of(row)) for row in rows))


def cloud_part(row: Row, classes: Classes, drawn_classes: set[int | None], *, cameras: int) -> SheetPart:
    """Draw the point cloud of a row from above, and below it the camera images with the boxes over them.

    Args:
        row: The row.
        classes: The classes.
        drawn_classes: A set to which the class indices of the label are added; None stands for objects without a class.
        cameras: The number of cells for camera images. Further camera images of the row are not drawn.

    Raises:
        OptionError: The label has a class index that `classes` does not have, or the row does not contain the type of
            its point cloud.
    """
    errors: list[SegmentsHFError] = []
    scene, placeholder, picture = None, "no points", None
    try:
        scene = scene_of(row)
        view = draw_top_view(scene, row.get("ego_pose"), classes, (PART_WIDTH, _CLOUD_HEIGHT))
        if view is not None:
            picture = view.picture
            _write_note(picture, _note(row, view))
        elif not has_point_cloud(row):
            placeholder = _NO_CLOUD
        drawn_classes.update(scene.counts)
    except (AssetError, MissingExtraError) as error:
        placeholder = "unreadable point cloud"
        errors.append(error)
    except PointCloudError as error:
        placeholder = "invalid label or pose"
        errors.append(error)
    top = in_cell(picture, (PART_WIDTH, _CLOUD_HEIGHT), placeholder)
    if not cameras:
        return SheetPart(top, errors)
    columns = min(cameras, _CAMERAS_PER_LINE)
    cell = (PART_WIDTH // columns, PART_WIDTH // columns * 9 // 16)
    part = Image.new("RGB", (PART_WIDTH, _CLOUD_HEIGHT + -(-cameras // columns) * cell[1]), SHEET_COLOR)
    part.paste(top, (0, 0))
    for number, camera in enumerate(cameras_of(row)[:cameras]):
        line, column = divmod(number, columns)
        drawn = _camera_cell(camera, scene, classes, cell)
        if not isinstance(drawn, Image.Image):
            errors.append(drawn)
            problem = "invalid calibration" if isinstance(drawn, PointCloudError) else "unreadable image"
            drawn = in_cell(None, cell, problem)
        part.paste(drawn, (column * cell[0], _CLOUD_HEIGHT + line * cell[1]))
    return SheetPart(part, errors)


def _note(row: Row, view: TopView) -> str:
    """Return a text that says if the point cloud is missing or objects are outside of the view; it may be empty."""
    notes = [] if has_point_cloud(row) else [_NO_CLOUD]
    if outside := view.num_outside:
        notes.append(f"{counted(outside, 'object')} outside of the view")
    return " · ".join(notes)


def _write_note(picture: Image.Image, note: str) -> None:
    """Write a text into the upper left corner of a picture."""
    if note:
        pen, font = ImageDraw.Draw(picture), font_of(12)
        left, top, right, bottom = pen.textbbox((8, 6), note, font)
        pen.rectangle((left - 4, top - 4, right + 4, bottom + 4), UNLABELED_COLOR)
        pen.text((8, 6), note, SHEET_COLOR, font)


def _camera_cell(
    camera: Mapping[str, Any], scene: Scene | None, classes: Classes, cell: tuple[int, int]
) -> Image.Image | AssetError | PointCloudError:
    """Draw the image of a camera with the boxes of a scene. If this fails, return the error."""
    try:
        size = (cell[0] * _OVERSAMPLING, cell[1] * _OVERSAMPLING)
        view = draw_camera(camera, scene and scene.boxes, classes, size)
        return in_cell(view.picture.reduce(_OVERSAMPLING), cell)
    except (AssetError, PointCloudError) as error:
        return error
