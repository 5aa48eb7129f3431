"""Draw point clouds: seen from above, and their boxes in the pictures of cameras."""

from segments_hf.drawing.clouds.top_view import TopView, draw_top_view

__all__ = ["TopView", "draw_top_view"]
