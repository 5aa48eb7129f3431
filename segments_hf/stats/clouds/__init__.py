"""Statistics of point clouds."""
