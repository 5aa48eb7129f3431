"""Make rows from the samples of a release."""
