"""The commits of a push: one commit, or groups of files in a pull request."""
