"""The commits of a push: one commit, or one commit in a pull request for each group of files."""
