"""Plan the shards of a release and build the dataset from them."""
