"""Upload the rows of a push as Parquet shards."""
