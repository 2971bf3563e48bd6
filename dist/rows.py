"""The type of one row of a request, from what the model says about its inputs."""

import sys
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, WithJsonSchema
from typing_extensions import TypedDict

from .loaders import Columns, Input

# Largest finite value of each type of float.
_LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38, "float64": sys.float_info.max}


def row_type(rows: list[Input] | Columns, takes_missing: bool) -> Any:
    """One input: nested lists. Several: an object with a field for each. Columns of several kinds: a list of fixed length."""
    if isinstance(rows, Columns):
        number = _nullable(_scalar("float64"), "number")
        kinds = tuple[tuple(number if kind == "number" else str | int for kind in rows.kinds)]
        return Annotated[kinds, Strict(False)]  # JSON has lists only
    if len(rows) == 1:
        return _value(rows[0], takes_missing)
    row = TypedDict("Row", {one.name: _value(one, takes_missing) for one in rows})
    row.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    return row


def _value(one: Input, takes_missing: bool) -> Any:
    value = _scalar(one.dtype)
    if takes_missing and one.dtype.startswith("float"):
        value = _nullable(value, "number")
    for size in reversed(one.shape):
        value = list[value] if size is None else Annotated[list[value], Field(min_length=size, max_length=size)]
    return value


def _scalar(dtype: str) -> Any:
    if dtype == "string":
        return str
    if dtype == "bool":
        return bool
    if dtype.startswith(("int", "uint")):
        low, high = _range(dtype)
        # The limits are checked and not told: whoever makes samples from the schema would try them.
        return Annotated[int, Field(ge=low, le=high), WithJsonSchema({"type": "integer"})]
    limit = _LARGEST.get(dtype, _LARGEST["float64"])
    return Annotated[float, Field(ge=-limit, le=limit, allow_inf_nan=False), WithJsonSchema({"type": "number"})]


def _nullable(scalar: Any, name: str) -> Any:
    return Annotated[scalar | None, WithJsonSchema({"type": [name, "null"]})]


def _range(dtype: str) -> tuple[int, int]:
    bits = int(dtype.lstrip("uint"))
    return (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
