"""The modes and depths of images, and their conversion to 8 bits."""
