"""Read and repair the EXIF data of images."""
