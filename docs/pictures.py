"""The pictures of the page in the README, of the demo library: `python -m docs.pictures WORKSPACE [FOLDER]`.

The workspace is one that `audiorec demo` or the page's button has made; nothing is written to it. Needs Chromium at
/usr/bin/chromium, playwright and a font with Chinese signs. Whoever makes them anew looks at them before they are
committed.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.serve.browsing import CHROMIUM, FLAGS, goto, open_page, serve, until

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
LISTENER = "mira"


def playing(page: Any) -> None:
    """The listener's list, its first song playing, with the shares of its reason."""
    page.click(".song .cover")
    page.click("details.shares summary")
    until(page, "document.getElementById('audio').currentTime > 4")
    page.mouse.move(5, 400)


def on_the_map(page: Any) -> None:
    """The whole map, with the songs of a region beside it."""
    goto(page, "map")
    page.wait_for_timeout(1500)
    page.locator("main .chips button", has_text="(").first.click()
    page.click("text=Whole map")
    page.wait_for_selector("main .song")
    page.evaluate("scrollTo(0, 0)")


PICTURES: dict[str, tuple[dict[str, Any], Callable[[Any], None]]] = {
    "serve_light": (DESK, playing),
    "serve_dark": ({**DESK, "color_scheme": "dark"}, playing),
    "serve_phone": (PHONE, playing),
    "serve_map": (DESK, on_the_map),
}


def main(workspace: Path, folder: Path) -> None:
    """Serve a copy of the workspace, and take every picture."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        copy = shutil.copytree(workspace, Path(place) / "workspace")
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for address, _ in serve(copy):
            for name, (options, does) in PICTURES.items():
                for page in open_page(browser, address, options, LISTENER):
                    page.wait_for_selector(".song")
                    does(page)
                    page.wait_for_timeout(500)
                    page.screenshot(path=str(folder / f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/figures"))
