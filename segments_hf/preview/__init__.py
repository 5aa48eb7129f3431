"""Write an HTML page that shows a dataset: images, labels and findings."""
