"""Builds the tutorial and the API's pages with pdoc: `python docs/build.py FOLDER`. It needs no network.

The tutorial stands on the first page, above the list of the package's parts. pdoc imports every module, so that a
module which cannot be imported fails the build.
"""

import pkgutil
import sys
from pathlib import Path

import pdoc
from pdoc import render

TUTORIAL = Path(__file__).parent / "tutorial.md"


def main(folder: Path) -> None:
    import audiorec
    import audiorec.library

    # `Library` is looked up lazily, and pdoc reads only what stands there already; of a package with `__all__` it takes
    # only what is named in it.
    parts = [part.name for part in pkgutil.iter_modules(audiorec.__path__) if part.name != "__main__"]
    vars(audiorec).update(Library=audiorec.library.Library, __all__=["Library", *parts])
    audiorec.__doc__ = f"{audiorec.__doc__}\n\n{TUTORIAL.read_text(encoding='utf-8')}"
    render.configure(docformat="google", search=True)
    pdoc.pdoc("audiorec", "!audiorec.__main__", output_directory=folder)
    page = (folder / "audiorec.html").read_text(encoding="utf-8")
    if "Tutorial: from a folder of music" not in page or not (folder / "audiorec" / "library.html").is_file():
        raise SystemExit(f"{folder} lacks the tutorial or the page of Library")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
