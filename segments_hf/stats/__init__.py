"""Count the classes, objects and pixels of a release or a dataset, and draw charts of the counts."""
