"""A torch network as an ONNX file: exported by torch, checked against torch, and quantised to 8 bits if one likes.

Nodes and weights are written by torch.onnx with the packages `onnx` and `onnxscript`, which follow torch from release
to release; a walk over the modules of our own would have to know every layer that a network may get. They are needed
to write only: a file is read with onnxruntime alone. It does not know what a network is for.
"""

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audiorec.errors import AudiorecError, InputError

# The largest difference to torch that an export may have, of outputs of about unit size.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Export:
    """What is written: a network in evaluation mode, example inputs by name, the axes of each that may have any length,
    and the name of its one output."""

    network: nn.Module
    given: Mapping[str, torch.Tensor]
    free: Mapping[str, Sequence[int]]
    output: str


def write_onnx(export: Export, path: Path, notes: Mapping[str, str]) -> None:
    """Write a float32 model, its notes as metadata, once it has said what torch says.

    Raises InputError without the packages that write it, AudiorecError when the file does not give torch's numbers.
    """
    model = _traced(export)
    _note_down(model, notes)
    with _placed(path) as partly:
        partly.write_bytes(model.SerializeToString())
        difference = difference_to_torch(export, partly)
        if difference > TOLERANCE:
            raise AudiorecError(f"the ONNX model differs by {difference:.1e} from torch: nothing was written")


def quantise(source: Path, path: Path, samples: Sequence[Mapping[str, NDArray[Any]]], notes: Mapping[str, str]) -> None:
    """Write an int8 version of a float32 model: weights by channel, maps by the ranges that the samples show.

    Without samples only weights and embedding tables are stored as 8 bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic, quantize_static

    with _placed(path) as partly, _quiet():
        if samples:
            quantize_static(
                source,
                partly,
                _reader(samples),
                per_channel=True,
                op_types_to_quantize=["Conv", "Relu", "Gemm", "MatMul"],
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )
        else:
            quantize_dynamic(source, partly, op_types_to_quantize=["Gather", "MatMul", "Gemm"])
        model = onnx.load(partly)
        _note_down(model, notes)
        partly.write_bytes(model.SerializeToString())


def difference_to_torch(export: Export, path: Path) -> float:
    """The largest difference between a file's output and the network's on the example, relative beyond size 1.

    0 without onnxruntime: a file may be written where it cannot be run.
    """
    try:
        import onnxruntime
    except ImportError:
        return 0.0
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in export.given.items()})[0]
    with torch.no_grad():
        wanted = export.network(*export.given.values()).numpy()
    return float(np.max(np.abs(found - wanted) / np.maximum(np.abs(wanted), 1.0), initial=0.0))


def _note_down(model: Any, notes: Mapping[str, str]) -> None:
    """Put notes into a model as metadata; take out where each node came from, and names that say no more than numbers.

    Of a small network in int8 the names were a tenth of the file.
    """
    graph = model.graph
    del model.metadata_props[:], graph.value_info[:], graph.metadata_props[:]
    short = {value.name: value.name for value in (*graph.input, *graph.output)} | {"": ""}
    for weight in graph.initializer:
        weight.name = short.setdefault(weight.name, f"w{len(short)}")
    for number, node in enumerate(graph.node):
        del node.metadata_props[:]
        node.name, node.doc_string = f"n{number}", ""
        for names in (node.input, node.output):
            names[:] = [short.setdefault(name, f"t{len(short)}") for name in names]
    for key, value in notes.items():
        model.metadata_props.add(key=key, value=value)


def _traced(export: Export) -> Any:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise InputError("writing ONNX needs onnx and onnxscript: pip install 'audiorec[export]'") from error
    free = tuple(dict.fromkeys(export.free.get(name, ()), torch.export.Dim.DYNAMIC) or None for name in export.given)
    with _quiet():
        program = torch.onnx.export(
            export.network.eval(),
            tuple(export.given.values()),
            input_names=list(export.given),
            output_names=[export.output],
            dynamic_shapes=(free,) if _takes_any(export.network) else free,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def _takes_any(network: nn.Module) -> bool:
    """Whether `forward` is declared as `*values`, whose shapes torch wants in one more pair of brackets."""
    return bool(network.forward.__code__.co_flags & 0x04)


@contextlib.contextmanager
def _placed(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when nothing went wrong, and leaves nothing behind when it did."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".onnx-", dir=path.parent) as folder:
            partly = Path(folder) / path.name
            yield partly
            partly.replace(path)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InputError(f"cannot write {path} ({error.strerror}): name another file with --out") from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what exporter and quantiser tell their developers."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir", None)]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("ignore")
        for logger, level in zip(loggers, levels, strict=True):
            stack.callback(logger.setLevel, level)
            logger.setLevel(logging.ERROR)
        yield


def _reader(samples: Sequence[Mapping[str, NDArray[Any]]]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Samples(CalibrationDataReader):  # type: ignore[misc]
        """Hands the samples out one after the other."""

        def __init__(self) -> None:
            self._left = iter(samples)

        def get_next(self) -> dict[str, NDArray[Any]] | None:
            """The next sample, None after the last."""
            found = next(self._left, None)
            return None if found is None else dict(found)

    return Samples()
