"""The Hugging Face side: features, rows, the builder, splits, and the data that users pass."""
