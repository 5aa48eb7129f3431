"""Open, check, orient and convert images. No other folder opens image files with Pillow."""

from segments_hf.images.checking import check_image
from segments_hf.images.header import Header, read_header
from segments_hf.images.lossless import bitmap_fault
from segments_hf.images.opening import FORMATS, UnwantedError, decoder_errors, inspect_image, open_image, upright
from segments_hf.images.repairing import Repair, check_and_repair
from segments_hf.images.upright_copy import stored_orientation, upright_copy, upright_suffix
from segments_hf.io.fetch_options import ImageLimits, Verify

__all__ = [
    "FORMATS",
    "Header",
    "ImageLimits",
    "Repair",
    "UnwantedError",
    "Verify",
    "bitmap_fault",
    "check_and_repair",
    "check_image",
    "decoder_errors",
    "inspect_image",
    "open_image",
    "read_header",
    "stored_orientation",
    "upright",
    "upright_copy",
    "upright_suffix",
]
