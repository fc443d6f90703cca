"""Playlists in every form that players write."""
