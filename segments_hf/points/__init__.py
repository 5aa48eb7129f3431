"""Functions for point clouds as numpy arrays, independent of releases."""

from segments_hf.points.read_points import read_points

__all__ = ["read_points"]
