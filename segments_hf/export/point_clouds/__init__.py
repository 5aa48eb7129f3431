"""The export of point clouds: the interface of its formats, scenes, and the code that several formats use."""
