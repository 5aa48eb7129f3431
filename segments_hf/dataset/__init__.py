"""Hugging Face datasets made from releases: features, rows, the builder, splits, and the inputs that users pass."""
