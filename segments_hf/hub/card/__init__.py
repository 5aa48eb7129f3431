"""The dataset card: its YAML, our sections of its text, and the counts in these sections."""
