"""Open, check, orient and convert images. No other folder calls Pillow's decoders."""

from segments_hf.images.checking import check_image
from segments_hf.images.header import Header, UnwantedError
from segments_hf.images.pillow_errors import UNREADABLE
from segments_hf.io.fetch_options import ImageLimits, Verify

__all__ = ["UNREADABLE", "Header", "ImageLimits", "UnwantedError", "Verify", "check_image"]
