"""Moods, genres and other labels: an ensemble of classifiers over sound, words, listeners and tags."""
