"""The sensors of a release of several sensors, and the samples of one sensor."""
