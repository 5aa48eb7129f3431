"""What the format `kitti-object` needs: its camera, rectangles in the image, and the text of its files."""
