"""What became of an import, as tables or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from audiorec.cli.console import console, counted, notes, print_table

if TYPE_CHECKING:
    from audiorec.sources.import_places import Simple
    from audiorec.sources.importing import ImportReport

SHOWN = 10


def print_reports(
    reports: "Sequence[ImportReport]",
    beside: "tuple[Sequence[Simple], Sequence[tuple[str, str]], int]",
    as_json: bool,
    quiet: bool,
) -> None:
    """Print reports and, beside them, other files, files passed over and their reasons, and rows that matched late."""
    others, passed, late = beside
    if as_json:
        files = [_as_json(report) for report in reports] + [other.as_json() for other in others]
        skipped = [{"file": file, "reason": reason} for file, reason in passed]
        facts = {"files": files, "passed_over": skipped, "matched_late": late}
        console().print_json(json.dumps(facts, ensure_ascii=True))
        return
    if reports:
        _print_tables(reports)
    guessed = [(Path(one.file).name, f"read as {one.guessed}, which may be wrong") for one in reports if one.guessed]
    _print_first("Files that do not tell their encoding: save them as UTF-8", ["file", "letters"], guessed)
    _print_first("Files that are no source", ["file", "why"], passed)
    if late:
        notes(quiet).print(f"{counted(late, 'row')} of earlier imports found a song now")


def print_simple(taken: "Sequence[Simple]", as_json: bool) -> None:
    """Print what became of files without events."""
    if as_json:
        console().print_json(json.dumps({"files": [one.as_json() for one in taken]}))
        return
    rows = [(Path(one.file).name, one.what, str(one.count), str(len(one.problems))) for one in taken]
    print_table("Imported", ["file", "what", "how many", "rows not used"], rows)
    problems = [(Path(one.file).name, str(problem.row), problem.reason) for one in taken for problem in one.problems]
    _print_first("Rows that could not be used", ["file", "line", "why"], problems)


def _as_json(report: "ImportReport") -> dict[str, object]:
    facts = asdict(report)
    facts["problems"] = [{"line": problem.line, "reason": problem.reason} for problem in report.problems]
    return facts


def _print_tables(reports: "Sequence[ImportReport]") -> None:
    rows = [
        (
            *(Path(report.file).name, str(report.rows), f"{report.listens:.12g}"),
            *(str(report.users), str(report.songs)),
            ", ".join(f"{count} by {how}" for how, count in sorted(report.by.items())) or "none",
            *(str(report.waiting), str(report.ambiguous), str(sum(report.skipped.values())), str(report.unread)),
        )
        for report in reports
    ]
    columns = "file rows listens users songs matched waiting ambiguous skipped unread".split()
    print_table(f"Imported: {', '.join(dict.fromkeys(report.source for report in reports))}", columns, rows)
    missing = [(Path(one.file).name, str(row.line), row.song, row.reason) for one in reports for row in one.unmatched]
    total = sum(one.waiting + one.ambiguous for one in reports)
    _print_first("Not matched (kept until their songs are there)", ["file", "line", "song", "why"], missing, total)
    skipped = [(Path(one.file).name, str(count), why) for one in reports for why, count in one.skipped.items()]
    _print_first("Skipped", ["file", "how many", "why"], skipped)
    problems = [(Path(one.file).name, str(row.line), row.reason) for one in reports for row in one.problems]
    _print_first("Rows that could not be used", ["file", "line", "why"], problems, sum(one.unread for one in reports))


def _print_first(title: str, columns: list[str], rows: Sequence[tuple[str, ...]], total: int = 0) -> None:
    if rows:
        more = f", the first {SHOWN} of {max(total, len(rows))}" if len(rows) > SHOWN else ""
        print_table(title + more, columns, rows[:SHOWN])
