"""Divide releases into shards, and build a dataset from them."""
