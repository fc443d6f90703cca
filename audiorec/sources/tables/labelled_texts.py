"""Song texts with a label each, from a CSV file or a JSON list: what a classifier of lyrics learns from.

Columns or keys `text` (or `lyrics`) and `label` (or `mood`, `emotion`). A text may hold line breaks, so quoted fields
may span lines here. It does not judge labels.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiorec.errors import InputError
from audiorec.sources.formats.text_file import read_text
from audiorec.sources.rows.contract import Unread

_TEXT = ("text", "lyrics")
_LABEL = ("label", "mood", "emotion")
_LONGEST = 1_000_000  # characters of one field


@dataclass(frozen=True)
class LabelledTexts:
    """Texts [N], labels [N], and the rows (from 1, the header not counted) that lack one of them."""

    texts: list[str]
    labels: list[str]
    problems: list[Unread]


def read_labelled(path: Path) -> LabelledTexts:
    """Read a file of labelled texts; raises InputError when it cannot be used at all."""
    content = read_text(path).strip("\ufeff")
    rows = _json_rows(path, content) if content.lstrip().startswith(("[", "{")) else _csv_rows(path, content)
    texts: list[str] = []
    labels: list[str] = []
    problems: list[Unread] = []
    for number, row in enumerate(rows, start=1):
        text, label = _field(row, _TEXT), _field(row, _LABEL)
        if text and label:
            texts.append(text)
            labels.append(label)
        else:
            problems.append(Unread(number, "no label" if text else "no text"))
    if not texts:
        raise InputError(f"{path} has no row with a text and a label: it needs the columns text and label")
    return LabelledTexts(texts, labels, problems)


def _json_rows(path: Path, content: str) -> Iterable[Mapping[str, Any]]:
    try:
        rows = json.loads(content)
    except ValueError as error:
        raise InputError(f"{path} is no valid JSON ({error}): it should be a list of {{text, label}}") from error
    if not isinstance(rows, list):
        raise InputError(f"{path} should hold a list of {{text, label}}")
    return [row if isinstance(row, dict) else {} for row in rows]


def _csv_rows(path: Path, content: str) -> Iterable[Mapping[str, Any]]:
    csv.field_size_limit(_LONGEST)
    reader = csv.DictReader(io.StringIO(content.replace("\0", ""), newline=""))
    try:
        header = [name.strip().casefold() for name in reader.fieldnames or ()]
        if not set(header) & set(_TEXT) or not set(header) & set(_LABEL):
            raise InputError(f"{path} needs the columns text and label (found: {', '.join(header)[:200]})")
        reader.fieldnames = header
        return list(reader)
    except csv.Error as error:
        raise InputError(f"{path} is no readable CSV ({error})") from error


def _field(row: Mapping[str, Any], names: Iterable[str]) -> str:
    found = next((row[name] for name in names if row.get(name) is not None), "")
    return found.strip() if isinstance(found, str) else ""
