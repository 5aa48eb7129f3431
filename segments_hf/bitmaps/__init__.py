"""Bitmaps and masks: numpy in, numpy out; knows nothing of releases."""

from segments_hf.bitmaps.masks import semantic_mask
from segments_hf.bitmaps.palette import Color, palette_color
from segments_hf.bitmaps.png import decode_bitmap, encode_bitmap

__all__ = ["Color", "decode_bitmap", "encode_bitmap", "palette_color", "semantic_mask"]
