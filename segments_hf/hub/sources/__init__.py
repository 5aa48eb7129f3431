"""Read the rows of a push as Arrow tables."""
