"""Count the content of a release or a dataset, and draw figures of the counts."""
