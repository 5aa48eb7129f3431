"""The outlines of instances."""
