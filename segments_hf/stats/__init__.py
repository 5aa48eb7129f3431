"""Count what is in a release or a dataset, and draw figures of the counts."""
