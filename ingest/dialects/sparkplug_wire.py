"""Sparkplug B's payload as protobuf, described by its field numbers (specification 3.0, section 6.4).

Text fields are declared as bytes, which is the same on the wire: whether they are UTF-8 is then ours to find out.
"""

from struct import pack
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

__all__ = ["DATATYPES", "DecodeError", "Payload", "shortest", "signed"]

_TYPE: Final = descriptor_pb2.FieldDescriptorProto
_PACKAGE: Final = "wellkept.sparkplug_b"
DATATYPES: Final = (
    *("Unknown", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double"),
    *("Boolean", "String", "DateTime", "Text", "UUID", "DataSet", "Bytes", "File", "Template"),
)
"""By their number (specification 3.0, section 6.4.16)."""
_VALUE: Final = (
    *(("int_value", 0, "UINT32"), ("long_value", 1, "UINT64"), ("float_value", 2, "FLOAT")),
    *(("double_value", 3, "DOUBLE"), ("boolean_value", 4, "BOOL"), ("string_value", 5, "BYTES")),
)


def _message(file: Any, name: str, fields: tuple[tuple[str, int, str], ...], first_value: int) -> None:
    message = file.message_type.add(name=name)
    if first_value:
        message.oneof_decl.add(name="value")
    for field, number, kind in (*fields, *((f, first_value + n, k) for f, n, k in _VALUE if first_value)):
        repeated = field in ("metrics", "keys", "values")
        added = message.field.add(
            name=field,
            number=number,
            type=_TYPE.TYPE_MESSAGE if kind[0] == "." else getattr(_TYPE, f"TYPE_{kind}"),
            label=_TYPE.LABEL_REPEATED if repeated else _TYPE.LABEL_OPTIONAL,
        )
        if kind[0] == ".":
            added.type_name = f".{_PACKAGE}{kind}"
        if field.endswith("_value"):
            added.oneof_index = 0


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="wellkept_sparkplug_b.proto", package=_PACKAGE, syntax="proto2")
    _message(file, "PropertyValue", (("type", 1, "UINT32"), ("is_null", 2, "BOOL")), 3)
    _message(file, "PropertySet", (("keys", 1, "BYTES"), ("values", 2, ".PropertyValue")), 0)
    metric = (
        *(("name", 1, "BYTES"), ("alias", 2, "UINT64"), ("timestamp", 3, "UINT64"), ("datatype", 4, "UINT32")),
        *(("is_historical", 5, "BOOL"), ("is_transient", 6, "BOOL"), ("is_null", 7, "BOOL")),
        ("properties", 9, ".PropertySet"),
    )
    _message(file, "Metric", metric, 10)
    payload = (("timestamp", 1, "UINT64"), ("metrics", 2, ".Metric"), ("seq", 3, "UINT64"), ("uuid", 4, "BYTES"))
    _message(file, "Payload", payload, 0)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


Payload: Final = _payload_class()


def signed(whole: int, datatype: str, bits: int) -> int | None:
    """`whole` as its data type means it; None if the type is not given and the sign would be a guess."""
    if datatype in ("Int8", "Int16", "Int32", "Int64"):
        return whole - (1 << bits) if whole >> (bits - 1) else whole
    return whole if datatype != "Unknown" or not whole >> (bits - 1) else None


def shortest(single: float) -> float:
    """The shortest decimal that is the same single-precision number: 12.1, not 12.100000381."""
    for digits in (6, 7, 8):
        rounded = float(f"{single:.{digits}g}")
        try:
            if pack("<f", rounded) == pack("<f", single):
                return rounded
        except OverflowError:
            break
    return single
