"""Recorded messages as a broker would deliver them: the files of a `messages` folder as (topic, payload) pairs.

Lines that carry a topic keep it. A dump from a file goes to the topic a bridge would use; a device's own status goes
to its real topic. Text that a recording marks as invalid is passed on as it stands: bad input is input too.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ingest.dialects.sparkplug_wire import DATATYPES, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage:
    """One message; `source` is the file below the folder, with line or entry."""

    source: str
    topic: str
    payload: bytes


def messages_of(folder: Path) -> Iterator[RecordedMessage]:
    """Every message below `folder`, in a fixed order. ValueError names the file that is no recording."""
    for sub in sorted(path for path in folder.iterdir() if path.is_dir()):
        read = READERS.get(sub.name)
        if read is None:
            continue
        for path in sorted(path for path in sub.rglob("*") if path.suffix in (".json", ".jsonl")):
            source = path.relative_to(folder).as_posix()
            try:
                for mark, topic, payload in read(path):
                    yield RecordedMessage(source=source + mark, topic=topic, payload=payload)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{source} is no recording of this kind: {error!r}") from error


Part = tuple[str, str, bytes]
"""A mark within the file, the topic, the payload."""


def _bytes(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def _lines(path: Path) -> Iterator[Part]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            entry = json.loads(line)
            payload = entry["raw"].encode() if "raw" in entry else _bytes(entry["payload"])
            yield f":{number}", entry["topic"], payload


def _shelly(path: Path) -> Iterator[Part]:
    dump = json.loads(path.read_text("utf-8"))
    about, status = dump["shelly"], dump["status"]
    if "gen" in about:
        name = about["id"]
        params = {"ts": status.get("sys", {}).get("unixtime"), **status}
        message = {"src": name, "dst": f"{name}/events", "method": "NotifyFullStatus", "params": params}
        yield "", f"{name}/events/rpc", _bytes(message)
        return
    name = dump["settings"]["mqtt"]["id"]
    announced = {"id": name, "model": about["type"], "mac": about["mac"], "fw_ver": about["fw"]}
    yield "#announce", "shellies/announce", _bytes(announced)
    yield "", f"shellies/{name}/info", _bytes(status)


def _hon(path: Path) -> Iterator[Part]:
    yield "", f"hon/{path.parent.name}/{path.stem}", path.read_bytes()


def _smartthings(path: Path) -> Iterator[Part]:
    yield "", f"smartthings/{path.stem}/status", path.read_bytes()


def _whirlpool(path: Path) -> Iterator[Part]:
    # the recordings hide the appliances' ids behind one and the same, so the topic has to tell them apart
    for key, dump in json.loads(path.read_text("utf-8")).items():
        yield f"#{key}", f"whirlpool/{path.stem}-{key}/attributes", _bytes(dump)


def _tuya(path: Path) -> Iterator[Part]:
    yield "", f"tuya/{path.name.split('.')[0]}/status", path.read_bytes()


def _senml(path: Path) -> Iterator[Part]:
    if not path.name.endswith(".resolved.json"):
        yield "", "senml/gateway", path.read_bytes()


def _sparkplug(path: Path) -> Iterator[Part]:
    for number, entry in enumerate(json.loads(path.read_text("utf-8"))):
        sort = next((word for word in SPARKPLUG_TYPES if word in entry["context"]), "NDATA")
        topic = f"spBv1.0/examples/{sort}/node" + ("/device" if sort.startswith("D") else "")
        if "payload" not in entry:
            yield f"#{number}", topic, entry["invalid_json_as_printed"].encode()
            continue
        yield f"#{number} as JSON", topic, _bytes(entry["payload"])
        yield f"#{number} as protobuf", topic, sparkplug_bytes(entry["payload"])


SPARKPLUG_TYPES: Final = ("NBIRTH", "NDATA", "NCMD", "NDEATH", "DBIRTH", "DDATA", "DCMD", "DDEATH")


def sparkplug_bytes(printed: dict[str, Any]) -> bytes:
    """A payload as the specification prints it, in protobuf. Whole numbers are written as 64 bits."""
    message = Payload()
    for key in ("timestamp", "seq"):
        if key in printed:
            setattr(message, key, printed[key])
    for entry in printed.get("metrics", []):
        metric = message.metrics.add(name=entry["name"].encode(), datatype=DATATYPES.index(entry["dataType"]))
        for key in ("alias", "timestamp"):
            if key in entry:
                setattr(metric, key, entry[key])
        value = entry["value"]
        if isinstance(value, bool):
            metric.boolean_value = value
        elif isinstance(value, str):
            metric.string_value = value.encode()
        elif entry["dataType"] == "Float":
            metric.float_value = value
        elif entry["dataType"] == "Double":
            metric.double_value = value
        else:
            metric.long_value = value % 2**64
    return bytes(message.SerializeToString())


READERS: Final[MappingProxyType[str, Callable[[Path], Iterator[Part]]]] = MappingProxyType(
    {
        "haier_hon": _hon,
        "mqtt_field_messages": _lines,
        "senml_rfc8428": _senml,
        "shelly": _shelly,
        "smartthings": _smartthings,
        "sparkplug_b": _sparkplug,
        "tasmota": _lines,
        "tuya_breaker": _tuya,
        "whirlpool": _whirlpool,
    }
)
"""The folders and how each is read."""
