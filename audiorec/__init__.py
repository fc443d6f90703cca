"""audiorec: from a folder of music and a record of listens to recommendations, new songs included."""

__version__ = "0.1.0"
