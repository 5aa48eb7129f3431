"""Read remote files, with limits of size and time, and retries."""
