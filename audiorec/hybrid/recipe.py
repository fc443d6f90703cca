"""The recipe of the hybrid's weights."""

from audiorec.recipes import Recipe


class HybridRecipe(Recipe):
    """How the hybrid is learned.

    One listener is enough for a song to count half as warm: the signals are less sure of songs with few listeners by
    themselves, and with five a song fell at its first play.
    """

    song_plays: float = 1.0
    """Listeners of a song at which warm and cold weights count the same."""
    user_plays: float = 2.0
    """Songs of a user at which warm and cold weights count the same."""
    steps: int = 150
    """Steps of the optimiser."""
    spread: float = 0.02
    """Pull of the warm weights towards equal ones."""
    trust: float = 0.2
    """Pull of the cold weights towards `predicted`."""
    held_out: float = 0.2
    """Share of each user's listens to warm songs that is held out in the rehearsal."""
    users: int = 2000
    """Most users in the rehearsal."""
    neighbours: int = 200
    """ItemKNN: nearest songs kept of each song."""
    shrinkage: float = 10.0
    """ItemKNN: added to the product of lengths: among a household's few listens it then beats factors."""
    neural: float = 0.4
    """Share of NeuMF in the score predicted from content; the taste models have the rest."""
    settled: float = 30.0
    """Listeners of a song with whom its factors count as much as what is predicted from its content."""
