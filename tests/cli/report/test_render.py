"""The report page: one HTML file that parses, escapes what is hostile, asks nobody, and has every section."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from audiorec.cli.report import (
    Curve,
    Edge,
    Evaluation,
    Found,
    Grid,
    Listener,
    Neighbourhood,
    Network,
    Node,
    OwnSong,
    Recommendation,
    ReportData,
    Result,
    Sound,
    Spectrogram,
    Step,
    render,
)
from audiorec.cli.report.render import SOUND_BUDGET

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=y> & ]]>"
VOID = {"meta", "img", "br", "link", "input", "hr"}
SECTIONS = ("lists", "evaluation", "found", "sound", "learning", "network", "run")


class _Page(HTMLParser):
    """Checks that elements nest and gathers what they point at."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.words.append(data)


def read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def recommendation(title: str, sound: Sound | None = None) -> Recommendation:
    near = (OwnSong("Old Song", "Old Artist"),)
    return Recommendation(title, "An Artist", 0.9, 0, {"content": 0.7, "artist": 0.3}, near, sound)


def report(title: str = "A title", sound: Sound | None = None) -> ReportData:
    nodes = (
        Node("u", "mira", "user"),
        Node("v", title, "user"),
        Node("s", title, "song", 4),
        Node("n", "跳舞的星期五", "song", 0),
        Node("a", "霓虹港", "artist"),
    )
    edges = (Edge("u", "s", 4.0), Edge("v", "s", 1.0), Edge("s", "a"), Edge("n", "a"), Edge("u", "n", 1.0, True))
    rng = np.random.default_rng(0)
    return ReportData(
        title=title,
        made_at="23 November 2026",
        found=Found(48, 12, 14, 1161.0, 40, 413, 14, {"zh": 14, "en": 18}, {"ok": 47, "failed": 1}, ((title, title),)),
        listeners=(
            Listener("mira", (OwnSong(title, title),), (recommendation(title, sound), recommendation("Second", sound))),
            Listener(title, (), ()),
        ),
        evaluations=(
            Evaluation(
                title,
                "About.",
                (Result("chance", {"AUC": 0.5}), Result("hybrid", {"AUC": 0.9, "NDCG@10": 0.4}, {"AUC": (0.88, 0.92)})),
            ),
        ),
        spectrograms=(Spectrogram(title, title, rng.normal(-40, 9, (128, 1000)), np.geomspace(20, 11_000, 128), 23.4),),
        curves=(Curve(title, title, (0.7, 0.5, float("nan")), "AUC", (0.5, 0.8, 0.7)),),
        network=Network("u", nodes, edges),
        steps=(Step(title, title, 75.0),),
        versions={"audiorec": "0.1.0"},
    )


def test_page_parses_and_has_every_section() -> None:
    page = read(render(report()))
    assert [attrs["id"] for tag, attrs in page.seen if tag == "section"] == list(SECTIONS)
    links = [attrs["href"] for tag, attrs in page.seen if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]


def test_an_empty_report_says_so_and_still_has_every_section() -> None:
    empty = ReportData("Nothing", "today", Found(0, 0, 0, 0.0, 0, 0, 0, {}, {}))
    page = read(render(empty))
    assert [attrs["id"] for tag, attrs in page.seen if tag == "section"] == list(SECTIONS)
    text = " ".join(page.words)
    assert "There are no lists" in text
    assert "Nothing was evaluated" in text


def test_hostile_names_stay_text() -> None:
    page = read(render(report(HOSTILE)))
    assert sum(tag == "script" for tag, _ in page.seen) == 1, "the page's own script and no other"
    assert not [attrs for _, attrs in page.seen if "onerror" in attrs]
    assert not [tag for tag, _ in page.seen if tag == "img"]
    assert "<script>alert('x')</script>" in "".join(page.words)


def test_what_the_generator_made_is_on_the_page_round_by_round() -> None:
    page = read(render(replace(report(), grids=(Grid(5, b"one"), Grid(20, b"two")))))
    pictures = [attrs for tag, attrs in page.seen if tag == "img"]
    assert [attrs["src"] for attrs in pictures] == ["data:image/png;base64,b25l", "data:image/png;base64,dHdv"]
    assert "round 20" in str(pictures[1]["alt"])


def test_page_asks_nothing_of_the_network() -> None:
    html = render(report(sound=Sound("k", b"\xff\xfb0123")))
    page = read(html)
    for tag, attrs in page.seen:
        for name in ("src", "href", "action", "poster", "srcset", "data"):
            if attrs.get(name):
                assert attrs[name].startswith(("data:", "#")), (tag, name)
    assert not [tag for tag, _ in page.seen if tag in ("link", "iframe", "object", "embed", "base")]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket", html)
    urls = set(re.findall(r"https?://[^\"' <]+", html))
    assert urls <= {"http://www.w3.org/2000/svg"}, "the name space of SVG is a name, not a request"


def test_a_sound_in_two_lists_is_embedded_once() -> None:
    html = render(report(sound=Sound("k", b"\xff\xfb" + b"0123" * 50)))
    players = [attrs for tag, attrs in read(html).seen if tag == "audio"]
    assert [player.get("data-sound") or player.get("data-copy") for player in players] == ["s0", "s0"]
    assert html.count("data:audio/mpeg") == 1


def test_sounds_beyond_the_budget_are_left_out() -> None:
    songs = tuple(recommendation(str(n), Sound(str(n), bytes(2_000_000))) for n in range(4))
    html = render(replace(report(), listeners=(Listener("mira", (), songs),)))
    assert html.count("data:audio/mpeg") == 2
    assert len(html) < SOUND_BUDGET + 1_000_000


def test_a_sound_of_an_unknown_kind_gets_no_player() -> None:
    html = render(report(sound=Sound("k", b"x", "text/html")))
    assert "text/html" not in html
    assert "<audio" not in html


def test_shares_are_drawn_in_the_legend_s_order_and_unknown_signals_share_a_colour() -> None:
    song = replace(recommendation("One"), why={"mystery": 0.25, "artist": 0.25, "content": 0.5})
    page = read(render(replace(report(), listeners=(Listener("mira", (), (song,)),))))
    bars = [attrs["class"] for tag, attrs in page.seen if tag == "i" and "flex-grow" in (attrs.get("style") or "")]
    assert bars == ["s-content", "s-artist", "s-other"]


def test_songs_without_lyrics_are_counted_too() -> None:
    text = "".join(read(render(report())).words)
    assert re.search(r"without lyrics\s*16", text)
    assert re.search(r"English\s*18", text)


def test_best_cell_is_marked_and_our_row_stands_out() -> None:
    html = render(report())
    assert html.count('<tr class="ours">') == 1
    assert html.count('<td class="best">') == 2


def test_in_a_column_of_equal_numbers_none_is_the_best() -> None:
    level = Evaluation("level", "", (Result("hybrid", {"auc": 1.0}), Result("chance", {"auc": 1.0})))
    assert '<td class="best">' not in render(replace(report(), evaluations=(level,)))


def test_intervals_stand_beside_the_figures() -> None:
    assert "0.880 to 0.920" in render(report())


def test_tables_over_few_songs_are_folded_away_and_draw_no_conclusion() -> None:
    results = (Result("hybrid", {"auc": 0.9}), Result("chance", {"auc": 0.5}))
    tables = (Evaluation("firm", "", results, songs=200), Evaluation("shaky", "", results, songs=6, few=True))
    html = render(replace(report(), evaluations=tables))
    assert html.count('class="verdict"') == 1
    assert html.index("firm") < html.index("too few songs to tell systems apart") < html.index("shaky")


def test_two_tables_stand_open_the_first_and_the_one_over_most_songs() -> None:
    results = (Result("hybrid", {"auc": 0.9}), Result("chance", {"auc": 0.5}))
    tables = tuple(Evaluation(f"over {songs}", "", results, songs=songs) for songs in (14, 26, 34, 22))
    html = render(replace(report(), evaluations=tables))
    places = [html.index(words) for words in ("over 14", "over 34", "2 more tables", "over 26", "over 22")]
    assert places == sorted(places)
    assert "too few songs" not in html


def test_songs_of_one_name_show_their_file() -> None:
    song = replace(recommendation("One"), file="07 one.mp3")
    html = render(replace(report(), listeners=(Listener("mira", (), (song,)),)))
    assert "<code>07 one.mp3</code>" in html


def test_a_reason_is_given_once() -> None:
    songs = (recommendation("One"), recommendation("Two"), replace(recommendation("Three"), why={"svm": 1.0}))
    text = "".join(read(render(replace(report(), listeners=(Listener("mira", (), songs),)))).words)
    assert text.count("sounds and reads like") == 1
    assert text.count("the classifier") == 1 or "The classifier" in text


def test_without_listens_the_page_shows_songs_that_sound_alike() -> None:
    near = Neighbourhood(recommendation("One"), (recommendation("Two"),))
    found = Found(2, 1, 0, 60.0, 0, 0, 0, {}, {"ok": 2}, without_artist=1, encoded=(("A - <b>", "guitar, slow"),))
    html = render(ReportData("Nothing played", "today", found, neighbourhoods=(near,)))
    text = "".join(read(html).words)
    assert "Songs that sound alike" in text
    assert "listeners" not in text.split("Songs that sound alike")[0]
    assert "1 song names none" in text
    assert "A - <b>: guitar, slow" in text


@pytest.mark.parametrize("name", ["mira", "跳舞的星期五", "霓虹港"])
def test_network_labels_are_text(name: str) -> None:
    assert name in "".join(read(render(report())).words)
