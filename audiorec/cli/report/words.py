"""Numbers said in words: why a song is in a list, what a metric means, how long something is.

It does not know HTML.
"""

from collections.abc import Mapping, Sequence

from audiorec.cli.report.facts import Evaluation, OwnSong, Result

SIGNALS: dict[str, tuple[str, str]] = {
    "content": ("sound and words", "it sounds and reads like songs that {user} plays"),
    "predicted": ("predicted taste", "its sound and words predict that listeners like {user} will play it"),
    "cnn": ("spectrogram network", "the network on its spectrogram predicts that {user} likes it"),
    "svm": ("classifier", "the classifier on its sound and words predicts that {user} likes it"),
    "network": ("listeners' network", "it is close to {user} in the network of listeners, songs and artists"),
    "collaborative": ("people alike", "people with {user}'s taste play it"),
    "factors": ("crowds alike", "people who play much the same as {user} play it"),
    "neighbours": ("songs alike", "those who play {user}'s songs play it too"),
    "artist": ("known artist", "{user} already plays this artist"),
    "popularity": ("popularity", "many people play its artist or the song itself"),
}

_METRICS = {
    "auc": "take one song that a user wants and one that they do not: how often the first is ranked higher; "
    "0.5 is a coin, 1 is never wrong",
    "hr": "share of users who find the song held back for them among the first K",
    "ndcg": "like hits among the first K, but a hit counts more the higher it stands; 1 is the best order there is",
    "recall": "share of the songs a user wants that are among the first K",
    "precision": "share of the first K that the user wants",
    "map": "precision averaged over all the places where a wanted song stands",
    "coverage": "share of all songs that are shown to somebody",
    "gini": "how unevenly attention falls on songs; 0 is even, 1 is everything on one song",
    "diversity": "how different the songs of one list are from each other",
    "novelty": "how little known the shown songs are",
    "accuracy": "share of right answers",
}

_LANGUAGES = {"zh": "Chinese", "en": "English", "ja": "Japanese", "ko": "Korean", "es": "Spanish", "fr": "French",
              "de": "German", "pt": "Portuguese", "it": "Italian", "ru": "Russian", "": "unknown"}  # fmt: skip


def signal_label(signal: str) -> str:
    """The short name of a signal for a legend; an unknown one is its own name."""
    return SIGNALS.get(signal, (signal, ""))[0]


def language(code: str) -> str:
    """A language's English name; an unknown code is its own name."""
    return _LANGUAGES.get(code, code)


def reason(user: str, why: Mapping[str, float], most: int = 2) -> str:
    r"""The strongest reasons as one sentence, each with its share in per cent.

    >>> reason("mira", {"content": 0.7, "artist": 0.3}).replace("\u00a0", " ")
    'It sounds and reads like songs that mira plays (70 %), and mira already plays this artist (30 %).'
    """
    strongest = sorted(why.items(), key=lambda entry: (-entry[1], entry[0]))[:most]
    strong = [
        (SIGNALS.get(name, ("", f"its signal {name} is high"))[1], share) for name, share in strongest if share >= 0.05
    ]
    if not strong:
        return "No single signal stands out."
    clauses = [f"{words.format(user=user)} ({share:.0%})".replace("%", "\u00a0%") for words, share in strong]
    sentence = ", and ".join(clauses)
    return sentence[0].upper() + sentence[1:] + "."


def signals_of(why: Mapping[str, float], most: int = 2) -> str:
    """The names of the strongest signals: what a reason says, without its numbers."""
    strongest = sorted(why.items(), key=lambda entry: (-entry[1], entry[0]))[:most]
    return " ".join(name for name, share in strongest if share >= 0.05)


def nearest(user: str, songs: Sequence[OwnSong]) -> str:
    """The user's own songs that are most like a recommended one."""
    if not songs:
        return ""
    names = [_named(song) for song in songs[:2]]
    return f"Closest to {user}'s " + " and ".join(names) + "."


def _named(song: OwnSong) -> str:
    by = f" by {song.artist}" if song.artist else ""
    return f"“{song.title}”{by}" + (f" ({song.file})" if song.file else "")


def metric_meaning(name: str) -> str:
    """What a metric's number means; names may carry a cut-off such as `ndcg@10`."""
    stem = name.lower().replace("hit rate", "hr").split("@")[0].strip()
    return _METRICS.get(stem, "")


def duration(seconds: float) -> str:
    """A length of time as people say it.

    >>> duration(75), duration(7320), duration(3.21)
    ('1 min 15 s', '2 h 2 min', '3.2 s')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def _row(evaluation: Evaluation, name: str) -> Result | None:
    found = [row for row in evaluation.results if row.system == name]
    return found[0] if found else None


def verdict(evaluation: Evaluation) -> str:
    """One sentence that says how the named system compares on the first metric with the best of the others.

    Nothing where there were too few songs to tell systems apart.
    """
    if evaluation.few:
        return ""
    ours = _row(evaluation, evaluation.ours)
    others = [row for row in evaluation.results if row.system != evaluation.ours]
    if ours is None or not others or not ours.values:
        return ""
    metric = next(iter(ours.values))
    rivals = [row for row in others if metric in row.values]
    if not rivals:
        return ""
    best = max(rivals, key=lambda row: row.values[metric])
    mine, theirs = ours.values[metric], best.values[metric]
    if metric.lower() == "auc":
        return (
            f"Of two songs, one wanted and one not, {ours.system} puts the wanted one first {100 * mine:.0f} times "
            f"in 100; {best.system}, the best of the others, {100 * theirs:.0f} times."
        )
    size = "ahead of" if mine > theirs + 0.005 else "level with" if mine > theirs - 0.005 else "behind"
    return f"{ours.system} reaches {metric} {mine:.3f}, {size} the best of the others ({best.system}, {theirs:.3f})."
