"""Write files so that they are complete, and name, measure and remove them."""
