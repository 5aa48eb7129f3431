"""Write files completely or not at all, and name, measure and remove files."""
