"""Functions for bitmaps, masks and polygons as numpy arrays, independent of releases."""

from segments_hf.bitmaps.boxes import Boxes, boxes, present_ids
from segments_hf.bitmaps.codec.id_codec import ID_LIMIT, decode_bitmap, encode_bitmap
from segments_hf.bitmaps.codec.mask_png import encode_mask
from segments_hf.bitmaps.crossings import crosses_itself
from segments_hf.bitmaps.distant_parts import distant_groups
from segments_hf.bitmaps.masks import binary_masks, class_of_ids, get_semantic_bitmap, instance_mask, semantic_mask
from segments_hf.bitmaps.nearest import resize_nearest
from segments_hf.bitmaps.palette import Color, palette_color
from segments_hf.bitmaps.panoptic import panoptic
from segments_hf.bitmaps.polygons import FARTHEST, Coverage, fill_polygons, polygon_coverage
from segments_hf.bitmaps.rectangles import smallest_rectangle
from segments_hf.bitmaps.rings.joined_rings import join_rings
from segments_hf.bitmaps.rings.outlines import Ring, Rings, outlines
from segments_hf.bitmaps.rle import Rles, rle

__all__ = [
    "FARTHEST",
    "ID_LIMIT",
    "Boxes",
    "Color",
    "Coverage",
    "Ring",
    "Rings",
    "Rles",
    "binary_masks",
    "boxes",
    "class_of_ids",
    "crosses_itself",
    "decode_bitmap",
    "distant_groups",
    "encode_bitmap",
    "encode_mask",
    "fill_polygons",
    "get_semantic_bitmap",
    "instance_mask",
    "join_rings",
    "outlines",
    "palette_color",
    "panoptic",
    "polygon_coverage",
    "present_ids",
    "resize_nearest",
    "rle",
    "semantic_mask",
    "smallest_rectangle",
]
