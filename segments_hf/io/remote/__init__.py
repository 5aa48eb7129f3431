"""Read files that are not on this machine: limits, retries and time."""
