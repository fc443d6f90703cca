"""The recipe of the hybrid's weights."""

from audiorec.recipes import Recipe


class HybridRecipe(Recipe):
    """How the hybrid is learned.

    song_plays, user_plays: listeners of a song, songs of a user, at which warm and cold weights count the same (one
    listener is enough: the signals know themselves how little they know, and with five a song fell at its first play);
    steps: of the optimiser; spread: pull of the warm weights towards equal ones; trust: of the cold ones towards
    `predicted`; held_out: share of each user's listens to warm songs that is held out in the rehearsal; users: most
    users who rehearse.
    """

    song_plays: float = 1.0
    user_plays: float = 2.0
    steps: int = 150
    spread: float = 0.02
    trust: float = 0.2
    held_out: float = 0.2
    users: int = 2000
