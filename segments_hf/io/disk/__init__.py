"""Write files completely or not at all. Convert names to safe paths. Measure and remove files."""
