"""Where Debian's packages come from: asked of the host's own apt, never written down here."""

import re
from collections.abc import Mapping

from wellkept.local.errors import LocalRuntimeError

MIRROR_SETTING = "WELLKEPT_DEBIAN_MIRROR"

# Suites of the main archive. Only those: a third party's repository may carry a suite called "stable" as well,
# which is why the address is looked at too.
_BY_NAME = ("buster", "bullseye", "bookworm", "trixie", "forky", "duke")
_BY_ROLE = ("oldoldstable", "oldstable", "stable", "testing", "unstable", "sid")
DEBIAN_SUITES = frozenset((*_BY_NAME, *_BY_ROLE))
_INDEX_LINE = re.compile(r"^'(?P<address>.+?)/dists/(?P<suite>[^/']+)/main/binary-[a-z0-9]+/Packages[^']*'")


def choose_mirror(environ: Mapping[str, str], index_lines: str) -> str:
    """Return the address of the Debian main archive, with a closing slash.

    ``index_lines`` is what ``apt-get update --print-uris`` prints: one quoted address per index file. The setting
    ``WELLKEPT_DEBIAN_MIRROR`` in ``environ`` wins. Raises LocalRuntimeError when apt knows of no Debian archive.
    """
    if chosen := environ.get(MIRROR_SETTING, "").strip():
        return chosen.rstrip("/") + "/"
    candidates = [
        found["address"]
        for line in index_lines.splitlines()
        if (found := _INDEX_LINE.match(line)) and found["suite"] in DEBIAN_SUITES
    ]
    # The main archive is by custom the folder "debian" of a mirror; a snapshot or a proxy may call it otherwise.
    candidates.sort(key=lambda address: "debian" not in address.split("/")[-1:])
    if not candidates:
        raise LocalRuntimeError(
            "apt on this computer names no Debian archive",
            f"set {MIRROR_SETTING} to the address of one",
            or_elsewhere=True,
        )
    return candidates[0] + "/"
