"""Fetching signed Debian packages with the host's own apt, in private folders, as any user.

Nothing of the host's apt state is read or changed except its settings for transport (proxies, certificates, time
limits). Signatures are verified by apt against the host's Debian keyring; there is no way to switch that off here.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from wellkept.local.errors import LocalRuntimeError
from wellkept.local.folders import is_traversable_by_all
from wellkept.local.mirror import MIRROR_SETTING, choose_mirror
from wellkept.local.package_list import ARCHITECTURE, SUITE

Progress = Callable[[str], None]

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Host settings that would weaken verification, whatever the host allows itself.
_NEVER_KEPT = re.compile(r"^Acquire::(Allow|IndexTargets)", re.IGNORECASE)
_DOWNLOAD_LINE = re.compile(r"^'(?P<address>[^']+)' (?P<file>\S+) (?P<bytes>\d+) (?P<digest>\S+)$")

_FAILURES = (
    (
        r"NO_PUBKEY|not signed|keyring",
        "the Debian keys on this computer do not cover Debian 13",
        "upgrade the package debian-archive-keyring",
    ),
    (r"No space left", "the disk is full", "free 250 MB and run again"),
    (
        r"not valid yet|expired|Release file .* is not",
        "the package lists look too old or too new",
        "check this computer's clock and its Debian mirror",
    ),
    (
        r"Unable to locate package|has no installation candidate|Can't find a source",
        f"the Debian mirror lacks a package of {SUITE}",
        f"set {MIRROR_SETTING} to a complete mirror",
    ),
    (
        r"resolve|connect|timed out|Failed to fetch|unreachable|404|403|407|50\d",
        "the Debian mirror cannot be reached",
        f"check the network or set {MIRROR_SETTING} to another mirror",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One package as apt would fetch it: its file name, size in bytes and the digest apt will check."""

    file: str
    size_bytes: int
    digest: str


def explain_apt_failure(output: str) -> LocalRuntimeError:
    """Turn what apt printed into one line that says what to do; apt's own first complaint is quoted."""
    complaints = [line for line in output.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    quoted = (complaints or output.splitlines() or ["apt gave no reason"])[0][:300]
    for pattern, what, do in _FAILURES:
        if re.search(pattern, output, re.IGNORECASE):
            return LocalRuntimeError(f"{what} ({quoted})", do, or_elsewhere=True)
    return LocalRuntimeError(f"apt failed ({quoted})", "see the message", or_elsewhere=True)


def parse_print_uris(output: str) -> list[PackageFile]:
    """Read ``apt-get download --print-uris``: quoted address, file name, size in bytes, digest."""
    return [
        PackageFile(file=unquote(found["file"]), size_bytes=int(found["bytes"]), digest=found["digest"])
        for line in output.splitlines()
        if (found := _DOWNLOAD_LINE.match(line.strip()))
    ]


def render_apt_conf(private: Path, host_settings: str, *, keep_root: bool) -> str:
    """Return an apt configuration with private folders that keeps the host's transport settings.

    ``host_settings`` is the output of ``apt-config dump``. Hooks of the host (package-kit, docker-clean) are not
    kept: they would act on the host. ``keep_root`` is set where apt's own account could not reach ``private``.
    """
    kept = [line for line in host_settings.splitlines() if line.startswith("Acquire::") and not _NEVER_KEPT.match(line)]
    own = {
        "Dir::State": f"{private}/state",
        "Dir::State::status": f"{private}/status",
        "Dir::Cache": f"{private}/cache",
        "Dir::Etc::sourcelist": f"{private}/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::main": "/dev/null",
        "APT::Architecture": ARCHITECTURE,
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::AllowWeakRepositories": "false",
        "Acquire::AllowDowngradeToInsecureRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    if keep_root:
        own["APT::Sandbox::User"] = "root"
    return "\n".join([*kept, *(f'{name} "{value}";' for name, value in own.items())]) + "\n"


class PrivateApt:
    """The host's apt, looking at one suite of the Debian archive through folders of its own."""

    def __init__(self, private: Path, environ: Mapping[str, str]) -> None:
        """Prepare ``private`` (an empty or new folder); asks the host's apt for its mirror.

        Raises LocalRuntimeError where apt, dpkg-deb or the Debian keyring is missing.
        """
        _require_tools()
        self._private = private
        for part in ("state/lists/partial", "cache/archives/partial"):
            (private / part).mkdir(parents=True, exist_ok=True)
        (private / "status").touch()
        host_settings = _run(["apt-config", "dump"], {**environ, "LC_ALL": "C"}, private)
        # With the host's own sources, but private state: works for every user and with empty package lists.
        ask = ["apt-get", "-o", f"Dir::State={private}/state", "update", "--print-uris"]
        mirror = choose_mirror(environ, _run(ask, {**environ, "LC_ALL": "C"}, private))
        (private / "sources.list").write_text(
            f"deb [arch={ARCHITECTURE} signed-by={KEYRING}] {mirror} {SUITE} main\n", encoding="utf-8"
        )
        keep_root = os.geteuid() == 0 and not is_traversable_by_all(private)
        conf = private / "apt.conf"
        conf.write_text(render_apt_conf(private, host_settings, keep_root=keep_root), encoding="utf-8")
        self._environ = {**environ, "LC_ALL": "C", "APT_CONFIG": str(conf)}

    def update(self) -> None:
        """Fetch the signed package list (about 10 MB)."""
        _run(["apt-get", "-q", "update"], self._environ, self._private)

    def list_files(self, names: Sequence[str]) -> list[PackageFile]:
        """Say which files ``download`` would fetch for the packages ``names``."""
        return parse_print_uris(_run(["apt-get", "download", "--print-uris", *names], self._environ, self._private))

    def download(self, names: Sequence[str], into: Path, progress: Progress) -> list[Path]:
        """Fetch the packages ``names`` into the empty folder ``into``; apt checks size and digest of each."""
        expected = self.list_files(names)
        into.mkdir(parents=True, exist_ok=True)
        total_mb = sum(package.size_bytes for package in expected) / 1e6
        fetched = 0

        def count(line: str) -> None:
            nonlocal fetched
            if line.startswith("Get:"):
                fetched += 1
                if fetched % 10 == 0 or fetched == len(expected):
                    progress(
                        f"Fetching signed Debian packages: {fetched} of {len(expected)} ({total_mb:.0f} MB in all)"
                    )

        _run(["apt-get", "-q", "download", *names], self._environ, into, count)
        files = sorted(into.glob("*.deb"))
        sizes = sorted(file.stat().st_size for file in files)
        if sizes != sorted(package.size_bytes for package in expected):
            raise LocalRuntimeError(
                f"apt fetched {len(files)} of {len(expected)} packages whole", "run again", or_elsewhere=True
            )
        return files


def _require_tools() -> None:
    missing = [tool for tool in ("apt-get", "apt-config", "dpkg-deb", "tar") if shutil.which(tool) is None]
    if missing:
        raise LocalRuntimeError(
            f"this is no Debian-like system ({', '.join(missing)} not found)",
            "the embedded database needs Debian 12 or newer",
            or_elsewhere=True,
        )
    if not KEYRING.exists():
        raise LocalRuntimeError(
            f"the Debian archive keys are missing ({KEYRING})",
            "install the package debian-archive-keyring",
            or_elsewhere=True,
        )


def _run(
    argv: Sequence[str], environ: Mapping[str, str], folder: Path, on_line: Callable[[str], None] | None = None
) -> str:
    """Run one apt command; returns its standard output, raises LocalRuntimeError with its complaint."""
    lines: list[str] = []
    with (folder / ".apt-complaints").open("w+", encoding="utf-8", errors="replace") as complaints:
        with subprocess.Popen(
            argv, env=dict(environ), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=complaints, text=True, errors="replace",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if on_line is not None:
                    on_line(line)
        output = "".join(lines)
        if process.returncode != 0:
            complaints.seek(0)
            raise explain_apt_failure(complaints.read() + output)
    return output
