"""Robots' manners: what `robots.txt` asks, read as RFC 9309 says, is what the crawl of NetEase does."""

from pathlib import Path

import pytest

from audiorec.sources.services.http_client import HttpClient, ServiceError
from audiorec.sources.services.netease_crawl import Crawl
from audiorec.sources.services.netease_state import Caps, CrawlState
from audiorec.sources.services.robots import parse_robots
from tests.sources.made_netease import MadeNetease
from tests.sources.made_services import Answer, Asked, service
from tests.sources.test_netease import data_of

OURS = "User-agent: *\nDisallow: /\n\nUser-Agent: Other\nuser-agent: AudioRec # us\nDisallow: /comment\n"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/lyric", True),
        ("<html>no rules</html>", "/lyric", True),
        ("User-agent: *\nDisallow: /", "/lyric", False),
        ("User-agent: *\nDisallow:", "/lyric", True),
        ("User-agent: other\nDisallow: /", "/lyric", True),
        (OURS, "/lyric", True),
        (OURS, "/comment/music", False),
        (OURS + "\nUser-agent: audiorec\nDisallow: /lyric", "/lyric", False),
        ("User-agent: *\nAllow: /\nDisallow: /comment", "/comment/music", False),
        ("User-agent: *\nDisallow: /comment\nAllow: /comment", "/comment/music", True),
        ("User-agent: *\nDisallow: /*/music$", "/comment/music", False),
        ("User-agent: *\nDisallow: /*/music$", "/comment/music/2", True),
        ("\ufeffuser-agent:*\r\ndisallow:/lyric\r\n", "/lyric", False),
    ],
)
def test_the_longest_rule_of_our_groups_says_so(text: str, path: str, allowed: bool) -> None:
    assert parse_robots(text).allow(path) == allowed


def asked_of(robots: Answer, path: Path) -> tuple[list[Asked], list[float]]:
    """The requests of a small crawl through a server with this `robots.txt`, and the waits between them."""
    made, seen, waits = MadeNetease(), list[Asked](), list[float]()

    def answer(asked: Asked) -> Answer:
        seen.append(asked)
        return robots if asked.path == "/robots.txt" else made.answer(asked)

    with service(answer) as root, CrawlState(path) as state:
        client = HttpClient(root, rate=1e9, clock=lambda: 0.0, sleep=waits.append, tries=2)
        crawl = Crawl(client, state, Caps(users=1, songs=5, comments=5, depth=0))
        crawl.start(users=[1])
        crawl.run()
    return seen, waits


def test_a_crawl_keeps_to_what_is_asked_of_it(tmp_path: Path) -> None:
    text = b"User-agent: audiorec\nDisallow: /comment\nCrawl-delay: 3\n"
    seen, waits = asked_of(Answer(text), tmp_path / "a.sqlite")
    paths = [one.path for one in seen]
    assert paths[0] == "/robots.txt"
    assert "/lyric" in paths
    assert "/comment/music" not in paths
    assert all(one.headers["User-Agent"].startswith("audiorec/") for one in seen)
    assert waits[-1] - waits[-2] == pytest.approx(3.0)
    ends = {row[5] for row in data_of(tmp_path / "a.sqlite")["task"] if row[1] == "comments"}
    assert ends == {"robots.txt asks not to"}


def test_without_rules_all_is_asked_and_without_an_answer_nothing(tmp_path: Path) -> None:
    for number, status in enumerate((403, 404)):
        seen, _ = asked_of(Answer(b"", status), tmp_path / f"{number}.sqlite")
        assert "/comment/music" in [one.path for one in seen]
    with pytest.raises(ServiceError, match="HTTP 503"):
        asked_of(Answer(b"", 503), tmp_path / "unreachable.sqlite")
