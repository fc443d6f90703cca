"""A tiny ONNX model, written byte by byte, whose answer is known: the mean over the last axis."""


def varint(value: int) -> bytes:
    """A number in sevens of bits."""
    return bytes([value]) if value < 128 else bytes([value % 128 | 128]) + varint(value // 128)


def field(number: int, value: bytes | str | int) -> bytes:
    """One field of a protocol buffer: a number or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def mean_over_time(axes: int) -> bytes:
    """An ONNX model (opset 13) that takes [B, ...] with so many axes in all and gives the mean over the last one."""

    def tensor(name: str, count: int) -> bytes:
        sizes = b"".join(field(1, field(2, f"n{axis}")) for axis in range(count))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, sizes)))

    whole = field(1, "axes") + field(8, axes - 1) + field(20, 7)  # attribute: ints = [last axis]
    kept = field(1, "keepdims") + field(3, 0) + field(20, 2)
    node = field(1, "sound") + field(2, "mean") + field(4, "ReduceMean") + field(5, whole) + field(5, kept)
    graph = field(1, node) + field(2, "tiny") + field(11, tensor("sound", axes)) + field(12, tensor("mean", axes - 1))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))
