"""The forward camera, the rectangles in its image, and the text of the files of the format `kitti-object`."""
