"""Run work on a Ray cluster. Ray is imported when a function of this package needs it, not before."""
