"""The dataset card: its YAML, our section of its text, and the counts in it."""
