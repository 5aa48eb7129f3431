"""The label of a row: its kind, geometry and pixels, its categories and class names."""
