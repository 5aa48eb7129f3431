"""The Hugging Face side: features, rows, the builder, splits, categories, masks, layouts."""
