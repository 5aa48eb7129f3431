"""The sensors of a release of several sensors: their names, and the samples of one of them."""
