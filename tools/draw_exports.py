"""Export the demo of point clouds to all formats, read the files again, and draw them: one picture per format.

Run `python tools/draw_exports.py FOLDER` to write the pictures to FOLDER. A picture shows a part of the first point
cloud from above and from the side, with the boxes in the files, or with the classes and object numbers of the points.
Dashed lines are the cuboids of the demo: they must coincide with the boxes or objects in the files. If the format
has cameras, the picture also shows the boxes in the image of one camera.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from exports.read_exports import Box, ReadCloud
    from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parents[1]
_EDGES = [(corner, corner | bit) for corner in range(8) for bit in (1, 2, 4) if not corner & bit]
_MARGIN = 6  # meters around the cuboids of the demo
_VIEWS = {"from above": (0, 1), "from the side": (0, 2)}


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder to write to")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    from exports.read_exports import READERS

    import segments_hf
    from segments_hf.demo import demo_release
    from segments_hf.export import FORMATS
    from segments_hf.export.point_clouds.cloud_format import CloudFormat
    from segments_hf.labels import POINTS

    options.folder.mkdir(parents=True, exist_ok=True)
    cuboids = release_boxes(demo_release("street-cuboids"))
    for name, format_class in FORMATS.items():
        if issubclass(format_class, CloudFormat):
            release = demo_release("street-segmentation" if POINTS in format_class.object_kinds else "street-cuboids")
            with tempfile.TemporaryDirectory() as work:
                segments_hf.export_dataset(release, name, work)
                draw(READERS[name](Path(work)), cuboids, name, options.folder / f"{name}.png")


def release_boxes(release: Path) -> list[Box]:
    """Return the cuboids of the first row of a release, in the frame of the sensor."""
    from exports.read_exports import box_of

    import segments_hf
    from segments_hf.points import boxes

    row: dict[str, Any] = next(iter(segments_hf.load_release(release, split="train", streaming=True)))
    cuboids = boxes(row)
    return [box_of("", *numbers) for numbers in zip(cuboids.center, cuboids.dimensions, cuboids.rotation, strict=True)]


def draw(cloud: ReadCloud, cuboids: list[Box], title: str, path: Path) -> None:
    """Draw the content of an export, and the cuboids of the demo."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 14 if cloud.camera else 10), layout="constrained", dpi=100)
    heights = [5, 2, 4] if cloud.camera else [5, 2]
    panels = figure.subplots(len(heights), 1, height_ratios=heights)
    figure.suptitle(f"{title}: {len(cloud.points)} points, {len(cloud.boxes)} boxes")
    corners = np.concatenate([box.corners for box in cuboids])
    for panel, (view, (x, y)) in zip(panels, _VIEWS.items(), strict=False):
        panel.set(title=view, xlabel="xyz"[x], ylabel="xyz"[y], aspect="equal")
        panel.set_xlim(corners[:, x].min() - _MARGIN, corners[:, x].max() + _MARGIN)
        panel.set_ylim(corners[:, y].min() - _MARGIN / y, corners[:, y].max() + _MARGIN / y)  # half of the margin for z
        _draw_points(panel, cloud, [x, y])
        for box in cloud.boxes:
            _draw_edges(panel, box.corners[:, [x, y]], "#ff000066", 3)
            panel.plot(box.heading[:, x], box.heading[:, y], color="red", linewidth=2)
            panel.annotate(box.name, box.corners[:, [x, y]].max(axis=0), color="red")
        for box in cuboids:
            _draw_edges(panel, box.corners[:, [x, y]], "black", 0.7, "--")
    if cloud.camera:
        panels[2].imshow(cloud.camera.image)
        panels[2].set(title="the boxes in the image", autoscale_on=False)
        for pixels in cloud.camera.corners:
            _draw_edges(panels[2], pixels, "yellow", 1)
    figure.savefig(path)


def _draw_points(panel: Axes, cloud: ReadCloud, axes: list[int]) -> None:
    """Draw points in the colors of their classes, and the numbers of objects; without classes, draw gray points."""
    points = cloud.points[:, axes]
    if cloud.classes is None or cloud.objects is None:
        panel.scatter(points[:, 0], points[:, 1], s=2, color="gray")
        return
    colors = mpl.colormaps["tab10"]
    for index, name in enumerate(["unlabeled", *cloud.names], start=-1):
        chosen = points[cloud.classes == index]
        color = "lightgray" if index < 0 else colors(index)
        panel.scatter(chosen[:, 0], chosen[:, 1], s=2, color=color, label=name)
    for number in np.unique(cloud.objects[cloud.objects >= 0]):
        middle = np.nanmedian(points[cloud.objects == number], axis=0)
        panel.annotate(f"{number}", middle, fontsize=11, clip_on=True)
    if axes == [*_VIEWS["from above"]]:
        panel.legend(markerscale=5, loc="upper left", bbox_to_anchor=(1, 1))


def _draw_edges(panel: Axes, corners: npt.NDArray[Any], color: str, linewidth: float, linestyle: str = "-") -> None:
    """Draw the edges of a box. `corners` has the shape (8, 2)."""
    for edge in _EDGES:
        panel.plot(corners[[*edge], 0], corners[[*edge], 1], color=color, linewidth=linewidth, linestyle=linestyle)


if __name__ == "__main__":
    main()
