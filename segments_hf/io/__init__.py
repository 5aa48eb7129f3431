"""Input and output, independent of releases: URLs, redaction, JSON, files, remote files, buckets, prefetching."""
