"""Scores to lists: diversity, reasons, neighbours, groups."""
