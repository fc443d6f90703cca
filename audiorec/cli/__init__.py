"""The face: one thin file for each command."""
