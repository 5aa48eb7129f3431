"""Plumbing that knows nothing of releases: URLs, secrets, files on disk, remote files, object stores, look-ahead."""
