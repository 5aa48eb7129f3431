"""The EXIF data of images."""
