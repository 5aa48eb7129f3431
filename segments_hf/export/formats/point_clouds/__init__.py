"""The export formats of point clouds. Each module defines one format as `FORMAT`."""
