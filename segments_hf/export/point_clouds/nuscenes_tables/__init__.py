"""The tables of the format of nuScenes: their files, and the records of scenes, sensors and attributes."""
