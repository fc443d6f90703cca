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
    """Pull of the cold weights towards those that `predicted` leads."""
    lead: float = 30.0
    """What `predicted` counts in the weights that the cold ones are pulled towards, against 1 for every other signal:
    where a second set of artists was hidden, it was better alone than with any signal that rested on the few artists
    hidden first."""
    songs_a_list: int = 150
    """Songs of each list that the weights are fitted on; more make the fit slower, not better."""
    warm_steps: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    """Steps in which the warm weights are moved towards one signal of listens, as far as their lists get better."""
    cold_steps: tuple[float, ...] = (0.25,)
    """The same of the cold weights towards the artist prior. To it all artists whom a user has not played are alike:
    moved further, the cold weights bury those in mixed lists."""
    cold_errors: float = 2.0
    """Standard errors by which cold lists must be better for their weights to be moved: other signals of cold songs
    rest on the few artists that were made cold."""
    compared: int = 100
    """Songs that each signal brings into the lists by which moved weights are compared."""
    cold_songs: float = 0.1
    """Share of the songs made cold in the rehearsal whose artists keep another one."""
    held_out: float = 0.2
    """Share of each user's listens to warm songs that is held out in the rehearsal."""
    users: int = 2000
    """Most users in the rehearsal."""
    pairs: int = 40_000_000
    """Pairs of users and songs that the rehearsal scores at most, as long as it asks `least_users`."""
    least_users: int = 300
    """Users whom the rehearsal asks in the largest library too: a dozen weights need no more."""
    neighbours: int = 200
    """ItemKNN: nearest songs kept of each song."""
    shrinkage: float = 10.0
    """ItemKNN: added to the product of lengths: among a household's few listens it then beats factors."""
    neural: float = 0.4
    """Share of NeuMF in the score predicted from content; the taste models have the rest."""
    settled: float = 30.0
    """Listeners of a song with whom its factors count as much as what is predicted from its content."""
    counted: float = 10.0
    """Listeners of a song with whom their number counts as much as the popularity predicted from its content."""
