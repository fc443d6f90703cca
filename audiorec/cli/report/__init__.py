"""The report page: `render(data)` turns plain data into one self-contained HTML file.

It does not know workspaces or models; whoever calls it has gathered the data.
"""

from audiorec.cli.report.facts import (
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
)
from audiorec.cli.report.render import render

__all__ = [
    "Curve",
    "Edge",
    "Evaluation",
    "Found",
    "Grid",
    "Listener",
    "Neighbourhood",
    "Network",
    "Node",
    "OwnSong",
    "Recommendation",
    "ReportData",
    "Result",
    "Sound",
    "Spectrogram",
    "Step",
    "render",
]
