"""Read point-cloud files. Only this folder decodes them."""

from segments_hf.io.fetch_options import DEFAULT_MAX_POINTS
from segments_hf.points.files.cloud import Cloud, CloudHeader
from segments_hf.points.files.cloud_opening import (
    POINT_CLOUD_TYPES,
    check_cloud,
    kind_of_content,
    open_cloud,
    open_cloud_file,
)

__all__ = [
    "DEFAULT_MAX_POINTS",
    "POINT_CLOUD_TYPES",
    "Cloud",
    "CloudHeader",
    "check_cloud",
    "kind_of_content",
    "open_cloud",
    "open_cloud_file",
]
