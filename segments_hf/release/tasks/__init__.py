"""The task types of a release, and the structure of the labels of each task type."""
