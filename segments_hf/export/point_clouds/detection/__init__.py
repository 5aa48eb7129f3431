"""Files of points, mean sizes of boxes, the range of points, and configurations, for formats of object detectors."""
