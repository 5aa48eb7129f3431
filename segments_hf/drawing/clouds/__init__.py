"""Draw point clouds from above, and their boxes over camera images."""

from segments_hf.drawing.clouds.top_view import TopView, draw_top_view

__all__ = ["TopView", "draw_top_view"]
