"""Reasons, verdicts and lengths in words."""

from audiorec.cli.report.facts import Evaluation, OwnSong, Result
from audiorec.cli.report.words import duration, language, metric_meaning, nearest, reason, verdict


def test_reason_names_the_two_strongest_with_their_shares() -> None:
    told = reason("tao", {"popularity": 0.1, "network": 0.6, "cnn": 0.3}).replace("\u00a0", " ")
    assert told.index("60 %") < told.index("30 %")
    assert "10 %" not in told
    assert "tao" in told


def test_reason_without_a_strong_signal() -> None:
    assert reason("tao", {}) == "No single signal stands out."


def test_nearest_names_songs_and_artists() -> None:
    assert nearest("tao", ()) == ""
    assert nearest("tao", (OwnSong("A", "B"), OwnSong("C", ""))) == "Closest to tao's “A” by B and “C”."


def test_metrics_with_a_cut_off_are_known() -> None:
    assert metric_meaning("NDCG@10") == metric_meaning("ndcg@20") != ""
    assert metric_meaning("HR@10") != ""
    assert metric_meaning("unheard of") == ""


def test_verdict_is_honest_in_both_directions() -> None:
    rows = (Result("chance", {"NDCG@10": 0.2}), Result("hybrid", {"NDCG@10": 0.5}))
    assert "ahead of" in verdict(Evaluation("e", "", rows))
    rows = (Result("popularity", {"NDCG@10": 0.6}), Result("hybrid", {"NDCG@10": 0.5}))
    assert "behind" in verdict(Evaluation("e", "", rows))
    assert verdict(Evaluation("e", "", rows[:1])) == ""


def test_verdict_on_auc_counts_pairs() -> None:
    rows = (Result("popularity", {"AUC": 0.61}), Result("hybrid", {"AUC": 0.88}))
    assert "88 times in 100" in verdict(Evaluation("e", "", rows))


def test_lengths_and_languages() -> None:
    assert duration(0.4) == "0.4 s"
    assert duration(59) == "59 s"
    assert duration(3600) == "1 h 0 min"
    assert language("zh") == "Chinese"
    assert language("xx") == "xx"
