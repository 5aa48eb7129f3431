"""The parts of the export formats of labels of points: colors of points, and the configuration of SemanticKITTI."""
