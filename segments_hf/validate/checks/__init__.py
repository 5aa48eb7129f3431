"""The checks of `validate`.

A check is a function that returns or yields findings, or, if it compares rows, a class that remembers earlier rows.
`ROW_CHECKS` are called with a row, and `LABEL_CHECKS` with a row and its label; the folder `clouds` has such tuples for
point clouds. `Validator` calls all other checks by name. A `Fault` has the name of a check, and the severity and the
effect of the fault.
"""

from segments_hf.validate.checks.annotations import faulty_ids, unknown_categories
from segments_hf.validate.checks.category_use import CategoryUse
from segments_hf.validate.checks.colors import invalid_colors
from segments_hf.validate.checks.frames import Frames
from segments_hf.validate.checks.images import check_images
from segments_hf.validate.checks.objects import one_pixel_objects, scattered_objects
from segments_hf.validate.checks.orientations import Orientations
from segments_hf.validate.checks.pixel_formats import PixelFormats
from segments_hf.validate.checks.same_files import SameFiles
from segments_hf.validate.checks.samples import Duplicates, unknown_status
from segments_hf.validate.checks.sensor_lengths import SensorLengths
from segments_hf.validate.checks.tracks import Tracks
from segments_hf.validate.checks.unreadable import loading_problems
from segments_hf.validate.checks.vectors import faulty_shapes

ROW_CHECKS = (unknown_status, unknown_categories)
LABEL_CHECKS = (faulty_ids, faulty_shapes)

__all__ = [
    "LABEL_CHECKS",
    "ROW_CHECKS",
    "CategoryUse",
    "Duplicates",
    "Frames",
    "Orientations",
    "PixelFormats",
    "SameFiles",
    "SensorLengths",
    "Tracks",
    "check_images",
    "invalid_colors",
    "loading_problems",
    "one_pixel_objects",
    "scattered_objects",
]
