"""The plain data inside a pickle (lists, dictionaries, texts, numbers), read without running anything of it.

A pickle is a program: classes and functions that it names are never imported or called. An object becomes the
dictionary that it is filled with. What needs more than that is refused.
"""

import pickletools
from typing import Any

from audiorec.errors import InputError

_MOST = 200_000_000  # bytes; a library of a million songs is larger than any player's
_PUSHED = frozenset(
    "INT BININT BININT1 BININT2 LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 UNICODE"
    " SHORT_BINUNICODE BINUNICODE BINUNICODE8 FLOAT BINFLOAT LONG".split()
)
_MADE: dict[str, Any] = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": set}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_IGNORED = frozenset("PROTO FRAME".split())
_MARK = object()


class _Named:
    """A class or function that the pickle names; it is not looked up."""

    def __init__(self, name: str) -> None:
        self.name = name


class PickleError(InputError):
    """A pickle that is broken or holds more than plain data."""


def plain_data(data: bytes) -> Any:
    """What a pickle holds; raises PickleError."""
    if len(data) > _MOST:
        raise PickleError(f"it is larger than {_MOST // 10**6} MB, as no library is")
    machine = _Machine()
    try:
        for operation, argument, _ in pickletools.genops(data):
            if operation.name == "STOP":
                return machine.stack.pop()
            machine.run(operation.name, argument)
    except PickleError:
        raise
    # What a broken program puts on the stack fails in any way when it is put together.
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, EOFError) as error:
        raise PickleError(f"it is no pickle that can be read ({str(error)[:80]})") from error
    raise PickleError("it ends in the middle")


class _Machine:
    """The stack and memory of the format, for the operations that hold data."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def run(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in _PUSHED:
            stack.append(argument)
        elif name in _MADE:
            stack.append(_MADE[name]())
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name == "MARK":
            stack.append(_MARK)
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self._memory[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            self._memory[len(self._memory)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(self._memory[int(argument)])
        elif name not in _IGNORED:
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in ("APPENDS", "SETITEMS", "ADDITEMS", "TUPLE", "LIST", "DICT"):
            self._take(name, self._marked())
        elif name == "APPEND":
            value = stack.pop()
            stack[-1].append(value)
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            stack[-1][key] = value
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            size = int(name[-1])
            stack[-size:] = [tuple(stack[-size:])]
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            named = argument if name == "GLOBAL" else " ".join((stack.pop(-2), stack.pop()))
            stack.append(_Named(named))
        elif name in ("NEWOBJ", "REDUCE"):
            arguments, named = stack.pop(), stack.pop()
            stack.append(_object(named, arguments))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], dict) and isinstance(state, dict):
                stack[-1].update(state)
        else:
            raise PickleError(f"it holds more than plain data ({name})")

    def _take(self, name: str, values: list[Any]) -> None:
        if name == "APPENDS":
            self.stack[-1].extend(values)
        elif name == "ADDITEMS":
            self.stack[-1].update(values)
        elif name == "SETITEMS":
            self.stack[-1].update(zip(values[::2], values[1::2], strict=True))
        elif name == "DICT":
            self.stack.append(dict(zip(values[::2], values[1::2], strict=True)))
        else:
            self.stack.append(tuple(values) if name == "TUPLE" else values)

    def _marked(self) -> list[Any]:
        at = len(self.stack) - 1 - self.stack[::-1].index(_MARK)
        values = self.stack[at + 1 :]
        del self.stack[at:]
        return values


def _object(named: Any, arguments: Any) -> Any:
    """The bytes that old protocols write as a call, else an empty dictionary for an object of any class."""
    name = named.name if isinstance(named, _Named) else ""
    if name == "_codecs encode" and len(arguments) == 2:
        return str(arguments[0]).encode("latin-1")
    return b"" if name == "__builtin__ bytes" and not arguments else {}
