"""What there is to train on a workspace: which models are missing or stale, in the order in which they need each other.

A model is stale when what it was trained on is no longer what the workspace holds: other features, other listens, or
another version of a model below it; or the shipped recipe that it was trained by has other values now. Values that
somebody chose (`--set`, `--recipe`) stay chosen: by them a model never becomes stale. The workspace keeps these
fingerprints beside every model; times play no part.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from audiorec.data import lacking
from audiorec.data.workspace import Workspace
from audiorec.errors import TooLittleError, UnknownNameError
from audiorec.shipped_files import is_outdated


@dataclass(frozen=True)
class Step:
    """One training that is due: the model, what it learns in a few words, and why now.

    evidence: once it was trained, on how much its judgement rests, where that is less than all there is.
    """

    name: str
    does: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True)
class _Model:
    does: str
    reads: tuple[str, ...]
    needs_sound: bool


# In order: each may read the ones before it.
_MODELS: Mapping[str, _Model] = {
    "network": _Model("embed users, songs and artists in one space", ("listens",), False),
    "cnn": _Model(
        "2-D and 1-D networks learn who likes which sound", ("features", "heard", "listens", "recipe cnn"), True
    ),
    "svm": _Model(
        "a support vector machine learns the same from descriptors and lyrics", ("features", "listens"), True
    ),
    "cf": _Model("NeuMF learns from who plays the same songs", ("features", "listens", "recipe cf"), True),
    "hybrid": _Model(
        "learn how much each signal counts",
        ("features", "heard", "listens", "model network", "model cnn", "model svm", "model cf"),
        True,
    ),
}
_SAID = {"heard": "the encoder's output", "recipe cnn": "its recipe", "recipe cf": "its recipe"}
NAMES = tuple(_MODELS)


def plan(space: Workspace, only: Sequence[str] | None = None) -> list[Step]:
    """The trainings that are due, in order; `only` some of them. Empty without listens: there is nothing to learn from.

    Raises UnknownNameError for a name that is no model of the plan.
    """
    for name in only or ():
        if name not in _MODELS:
            raise UnknownNameError(f"no model {name!r} to train: choose {', '.join(_MODELS)}")
    if not space.has_listens():
        return []
    now, due = space.inputs(), dict[str, Step]()
    has_sound = bool(now["features"])
    for name, model in _MODELS.items():
        if model.needs_sound and not has_sound:
            continue
        reason = _reason(space, name, model, now, due)
        if reason and (only is None or name in only):
            due[name] = Step(name, model.does, reason)
    return list(due.values())


def _reason(space: Workspace, name: str, model: _Model, now: Mapping[str, str], due: Mapping[str, Step]) -> str:
    """Why a model must be trained; empty when it need not be."""
    if not space.has_model(name):
        return "not trained yet"
    then = space.model_inputs(name)
    changed = [what for what in model.reads if then.get(what) != now.get(what)]
    changed += [what for what in model.reads if what.removeprefix("model ") in due and what not in changed]
    changed += ["the recipe that comes with audiorec"] if is_outdated(then.get("recipe", "")) else []
    said = [_SAID.get(what, what.replace("model ", "the model ")) for what in changed]
    return f"{', '.join(said)} changed since it was trained" if said else ""


def train_steps(
    space: Workspace,
    steps: Sequence[Step],
    *,
    device: str = "auto",
    begin: Callable[[Step, int, int], None],
    passed: Callable[[Step, TooLittleError], None] = lambda step, why: None,
) -> list[Step]:
    """Train the steps in order with the recipes kept here or shipped, and return those that were trained.

    `begin(step, number, of)` is called before each, `passed(step, why)` for one that has too little to learn from.
    """
    done = list[Step]()
    for number, step in enumerate(steps, start=1):
        # A step that only waited for one that was passed over is not due any more.
        if not _reason(space, step.name, _MODELS[step.name], space.inputs(), {}):
            continue
        begin(step, number, len(steps))
        try:
            evidence = _train(space, step.name, device)
        except TooLittleError as why:
            passed(step, why)
        else:
            done.append(replace(step, evidence=evidence))
    return done


def _train(space: Workspace, name: str, device: str) -> str:
    """Train a model; returns on how much its judgement rests, empty where on all there is."""
    # Each family brings torch or scikit-learn: only the ones that are due are imported.
    if name == "network":
        from audiorec.network.training import train as train_network

        train_network(space, device=device)
    elif name == "cnn":
        from audiorec.content.training import train_networks

        train_networks(space, device=device)
    elif name == "svm":
        from audiorec.content.training import train_svm_model

        train_svm_model(space)
    elif name == "cf":
        from audiorec.collaborative.training import train as train_cf

        train_cf(space, device=device)
    else:
        from audiorec.hybrid.training import train as train_hybrid

        return train_hybrid(space, device=device).evidence
    return ""


def next_step(space: Workspace) -> str:
    """The command that brings most now."""
    if not space.has_tracks() or lacking.waits_for_extract(space.db):
        return "audiorec extract FOLDER"
    if not space.has_tracks(usable=True):
        return "audiorec status --files"
    if not space.has_listens():
        return "audiorec unmatched" if lacking.has_waiting(space.db) else "audiorec import auto FILE"
    if plan(space):
        return "audiorec train"
    return "audiorec recommend --user NAME" if space.has_model("hybrid") else "audiorec extract FOLDER"
