"""The export of images: the interface of its formats, the names of its files, and the code that several formats use."""
