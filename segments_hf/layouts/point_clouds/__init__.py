"""The layouts of point clouds. Each has one file, which defines its `LAYOUT`."""
