"""What a service asks of robots: its `robots.txt` by RFC 9309, and the customary Crawl-delay.

Read once a crawl. Where there is none (any HTTP status from 400 to 499) everything may be asked; a service that fails
to answer for it is not asked at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from audiorec.sources.services.http_client import HttpClient, ServiceError

_NAME = "audiorec"  # as in the User-Agent of every request
_LONGEST = 512_000  # signs that are read; the RFC asks for as many at least
_LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#]*)")


@dataclass(frozen=True)
class Robots:
    """rules: beginnings of paths, with `*` and `$`, and whether they may be asked; delay: seconds between requests."""

    rules: Sequence[tuple[str, bool]] = ()
    delay: float = 0.0

    def allow(self, path: str) -> bool:
        """Whether a path may be asked: the longest rule that fits says so, of two of one length the kinder one."""
        fitting = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, path)]
        return max(fitting, default=(0, True))[1]


def _fits(rule: str, path: str) -> bool:
    pattern = ".*".join(map(re.escape, rule.removesuffix("$").split("*")))
    return re.match(pattern + ("$" if rule.endswith("$") else ""), path) is not None


def fetch_robots(client: HttpClient) -> Robots:
    """The rules of the host that a client asks; raises ServiceError when it does not answer."""
    parts = urlsplit(client.root)
    host = replace(client, root=urlunsplit((parts.scheme, parts.netloc, "", "", "")))
    try:
        return parse_robots(host.read("/robots.txt").decode("utf-8", "replace"))
    except ServiceError as error:
        if 400 <= error.status < 500:
            return Robots()
        raise


def parse_robots(text: str) -> Robots:
    """The rules for us: those of all groups that name us, else of the groups for everybody.

    >>> robots = parse_robots("User-agent: *\\nDisallow: /comment\\nAllow: /comment/music$\\nCrawl-delay: 2")
    >>> robots.allow("/lyric"), robots.allow("/comment/mv"), robots.allow("/comment/music"), robots.delay
    (True, False, True, 2.0)
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    names: list[str] = []
    is_head = False
    for line in text[:_LONGEST].lstrip("\ufeff").splitlines():
        if not (found := _LINE.match(line)):
            continue
        field, value = found[1].lower(), found[2].strip()
        if field == "user-agent":
            names = [*names, value.lower()] if is_head else [value.lower()]
            groups.setdefault(names[-1], [])
            is_head = True
        elif field in ("allow", "disallow", "crawl-delay"):
            is_head = False
            for name in names:
                groups[name].append((field, value))
    ours = groups.get(_NAME, groups.get("*", []))
    rules = [(value, field == "allow") for field, value in ours if field != "crawl-delay" and value]
    delays = [float(value) for field, value in ours if field == "crawl-delay" and re.fullmatch(r"\d+(\.\d+)?", value)]
    return Robots(rules, max(delays, default=0.0))
