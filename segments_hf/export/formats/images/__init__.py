"""The export formats of images. Each module defines one format as `FORMAT`."""
