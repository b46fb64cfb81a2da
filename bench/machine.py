"""On what a figure was measured, without which it says nothing, and where it is kept."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).parent / "results"


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, system, Python and present load of this machine."""
    info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace") if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def keep(name: str, result: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Write `result`, with its "machine", to <name>-<date>.json in `folder`; a second run of a day replaces it.

    KeyError if it does not say on what it was measured.
    """
    result["machine"]["processor"]
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{datetime.now(UTC):%Y-%m-%d}.json"
    file.write_text(json.dumps(result, indent=1, default=str) + "\n", encoding="utf-8")
    print(f"kept in {file.parent.name}/{file.name}")
    return file
