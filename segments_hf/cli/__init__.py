"""The commands of ``segments-hf``: one file per command, which parses its options and prints its result."""
