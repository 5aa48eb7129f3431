"""The demo releases that are installed with the package: drawn images of flowers, and point clouds of a street.

The releases need no network and no account, so that examples and tests can use them anywhere.
"""

from pathlib import Path
from typing import Literal

_FILES = {
    "flowers": "flowers-v1.0.json",
    "street-cuboids": "street/street-cuboids-v1.0.json",
    "street-segmentation": "street/street-segmentation-v1.0.json",
    "street-sensors": "street/street-sensors-v1.0.json",
}


def demo_release(
    name: Literal["flowers", "street-cuboids", "street-segmentation", "street-sensors"] = "flowers",
) -> Path:
    """Return the path of a demo release file.

    The images, bitmaps and point clouds are in folders beside the file, and the release refers to them by relative
    paths.

    Args:
        name: ``flowers``, eight images, six of them labeled with bitmaps; ``street-cuboids``, one sequence of five
            point clouds with a camera, two cars and a pedestrian; ``street-segmentation``, the same five point clouds,
            four of them labeled with a class for each point; or ``street-sensors``, two sequences of three and two
            frames, each with the lidar and the camera as sensors, both labeled.

    Returns:
        The path of the file, such as ``flowers-v1.0.json``.
    """
    return Path(__file__).parent / _FILES[name]
