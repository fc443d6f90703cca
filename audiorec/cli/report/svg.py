"""The few SVG words that the pictures are written in. Text is escaped here and nowhere else."""

from markupsafe import Markup, escape


def element(name: str, content: str | Markup = "", **attributes: object) -> Markup:
    """One element; attribute names lose a trailing underscore and write - for _; plain text content is escaped."""
    words = [
        f'{key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    head = " ".join([name, *words])
    return Markup(f"<{head}>{escape(content)}</{name}>")


def drawing(width: float, height: float, label: str, content: Markup) -> Markup:
    """A whole picture that scales with the page with its label for screen readers."""
    box = f"0 0 {_number(width)} {_number(height)}"
    return element("svg", content, viewBox=box, role="img", aria_label=label, xmlns_="http://www.w3.org/2000/svg")


def _number(value: object) -> str:
    """Numbers short enough to read: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def joined(pieces: list[Markup]) -> Markup:
    """Pieces one after the other."""
    return Markup("").join(pieces)
