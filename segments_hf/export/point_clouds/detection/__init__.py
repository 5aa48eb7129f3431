"""What the formats for detectors of objects have in common: files of points, sizes of boxes and the range of points."""
