"""Hugging Face datasets made of releases: features, rows, the builder, splits, and the inputs that users pass."""
