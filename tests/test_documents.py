"""Long documents have a contents list with every section in it, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def anchor(heading: str) -> str:
    """The name by which a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize(("name", "levels"), [("docs/log.md", "2"), ("training/README.md", "2,4")])
def test_every_section_is_in_the_contents_list(name: str, levels: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    sections = {anchor(heading) for heading in re.findall(rf"^#{{{levels}}} (.+)$", text, re.MULTILINE)}
    listed = set(re.findall(r"^ *- \[.+\]\(#(.+?)\)$", text, re.MULTILINE))
    linked = set(re.findall(r"\]\(#(.+?)\)", text))
    assert sections - listed == set(), "add them to the contents list"
    assert linked - sections == set(), "links that lead nowhere"
