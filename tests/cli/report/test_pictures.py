"""Charts, spectrogram and network drawing against inputs whose picture is known."""

import struct
import zlib

import numpy as np

from audiorec.cli.report.curves import chart, nice_ticks
from audiorec.cli.report.facts import Edge, Network, Node, Spectrogram
from audiorec.cli.report.network import draw_network, shortened
from audiorec.cli.report.spectrogram import colours, draw_spectrogram, levels, png


def test_png_can_be_read_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    data = png(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (7, 5)
    size = struct.unpack(">I", data[33:37])[0]
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + size]), dtype=np.uint8).reshape(5, 1 + 7 * 3)
    assert np.array_equal(rows[:, 1:].reshape(5, 7, 3), pixels)


def test_colours_grow_brighter_with_level() -> None:
    light = colours(np.linspace(0, 1, 50)).astype(float) @ np.array([0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(light) > 0)


def test_levels_span_seventy_decibels_and_take_silence() -> None:
    assert np.allclose(levels(np.array([[0.0, -35.0, -70.0, -200.0, -np.inf]])), [[1.0, 0.5, 0.0, 0.0, 0.0]])


def test_spectrogram_ticks_stay_apart_and_inside_the_band() -> None:
    picture = str(draw_spectrogram(Spectrogram("t", "a", np.zeros((128, 20)), np.geomspace(30, 11_025, 128), 24.0)))
    assert "8 kHz" in picture
    assert "16 kHz" not in picture
    assert "20 s" in picture


def test_ticks_are_round_and_inside() -> None:
    assert nice_ticks(0.0, 1.0, 4) == [0.0, 0.5, 1.0]
    assert nice_ticks(0.31, 0.89, 4) == [0.4, 0.6, 0.8]
    assert nice_ticks(-3.0, 3.0, 3) == [-2.0, 0.0, 2.0]


def test_chart_of_one_epoch_and_of_nothing() -> None:
    assert "<circle" in chart([0.5], "AUC", "metric", 0)
    assert "nothing to draw" in chart([float("nan")], "AUC", "metric", None)


def test_centre_stands_out_and_new_songs_are_rings() -> None:
    nodes = (Node("u", "mira", "user"), Node("s", "Song", "song", 3), Node("n", "New", "song", 0))
    picture = str(draw_network(Network("u", nodes, (Edge("u", "s", 2.0), Edge("u", "n", 1.0, True)))))
    assert picture.count('class="node user centre"') == 1
    assert picture.count('class="node song new"') == 1
    assert picture.count("suggested") == 1


def test_network_keeps_the_strongest_and_every_new_song() -> None:
    songs = [Node(f"s{n}", f"song {n}", "song", n + 1) for n in range(40)]
    new = Node("new", "fresh", "song", 0)
    edges = tuple(Edge("u", node.key, float(node.plays)) for node in songs)
    picture = str(draw_network(Network("u", (Node("u", "mira", "user"), *songs, new), edges)))
    assert "song 39" in picture
    assert "fresh" in picture
    assert "song 3<" not in picture


def test_wide_letters_count_twice() -> None:
    assert shortened("short") == "short"
    assert shortened("字" * 20) == "字" * 12 + "…"
