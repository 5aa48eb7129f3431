"""The export of point clouds: the interface of its formats, scenes, and what several formats share."""
