"""Choosing the mirror, private apt settings, and what apt's failures are turned into."""

from pathlib import Path

import pytest

from wellkept.local.apt_fetch import explain_apt_failure, parse_print_uris, render_apt_conf
from wellkept.local.errors import ELSEWHERE, LocalRuntimeError
from wellkept.local.mirror import choose_mirror


def index_line(address: str, suite: str, component: str = "main") -> str:
    return f"'{address}/dists/{suite}/{component}/binary-amd64/Packages.xz' some_file 0 "


SECURITY = index_line("http://mirror.test/debian-security", "bookworm-security")
MAIN = index_line("http://mirror.test/debian", "bookworm")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([MAIN], "http://mirror.test/debian/"),
        ([SECURITY, MAIN], "http://mirror.test/debian/"),
        ([index_line("https://tools.test/node", "stable"), MAIN], "http://mirror.test/debian/"),
        ([index_line("http://cache.test:3142/deb/debian", "stable")], "http://cache.test:3142/deb/debian/"),
        ([index_line("http://snapshot.test/archive/debian/20250101T000000Z", "trixie")],
         "http://snapshot.test/archive/debian/20250101T000000Z/"),
        ([index_line("mirror+file:/etc/apt/mirrors/debian", "sid")], "mirror+file:/etc/apt/mirrors/debian/"),
        ([index_line("http://mirror.test/debian", "bookworm", "contrib"), MAIN], "http://mirror.test/debian/"),
    ],
)  # fmt: skip
def test_the_main_archive_of_the_hosts_apt_is_chosen(lines: list[str], expected: str) -> None:
    assert choose_mirror({}, "\n".join(lines)) == expected


def test_the_setting_wins_over_the_hosts_apt() -> None:
    chosen = choose_mirror({"WELLKEPT_DEBIAN_MIRROR": " http://near.test/debian "}, MAIN)
    assert chosen == "http://near.test/debian/"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        SECURITY,
        index_line("http://mirror.test/ubuntu", "jammy"),
        index_line("http://m.test/d", "bookworm-backports"),
    ],
)
def test_a_host_without_a_debian_archive_is_told_what_to_set(lines: str) -> None:
    with pytest.raises(LocalRuntimeError, match="WELLKEPT_DEBIAN_MIRROR"):
        choose_mirror({}, lines)


def test_private_settings_keep_proxies_and_drop_hooks_and_weakenings() -> None:
    host = "\n".join(
        [
            'Acquire::http::Proxy "http://proxy.test:8080/";',
            'Acquire::AllowInsecureRepositories "true";',
            'APT::Get::AllowUnauthenticated "true";',
            'APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";',
            'APT::Default-Release "bookworm";',
            'Dir::State "/var/lib/apt";',
        ]
    )
    lines = render_apt_conf(Path("/private"), host, keep_root=False).splitlines()
    assert 'Acquire::http::Proxy "http://proxy.test:8080/";' in lines
    assert 'Dir::State "/private/state";' in lines
    assert 'Acquire::AllowInsecureRepositories "false";' in lines
    assert 'APT::Get::AllowUnauthenticated "false";' in lines
    text = "\n".join(lines)
    assert "Post-Invoke" not in text
    assert "Default-Release" not in text
    assert '"true"' not in text
    assert "APT::Sandbox::User" not in text


def test_apt_stays_root_only_where_its_account_cannot_reach_the_folder() -> None:
    assert 'APT::Sandbox::User "root";' in render_apt_conf(Path("/private"), "", keep_root=True)


def test_files_to_fetch_are_read_with_their_sizes() -> None:
    line = "'http://mirror.test/debian/pool/main/z/zlib1g_1%3a1.3_amd64.deb' zlib1g_1%3a1.3_amd64.deb 88900 SHA256:ab"
    (package,) = parse_print_uris(f"Reading...\n{line}\n")
    assert (package.file, package.size_bytes, package.digest) == ("zlib1g_1:1.3_amd64.deb", 88900, "SHA256:ab")


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("W: GPG error: http://mirror.test trixie InRelease: NO_PUBKEY 6ED0E7B82643E131", "debian-archive-keyring"),
        ("E: The repository 'http://mirror.test trixie InRelease' is not signed.", "debian-archive-keyring"),
        ("E: Failed to fetch http://mirror.test/x  Could not resolve 'mirror.test'", "check the network"),
        ("E: Failed to fetch http://mirror.test/x  404  Not Found", "check the network"),
        ("E: Unable to locate package libicu76", "complete mirror"),
        ("E: Failed to fetch file:/x  No space left on device", "free 250 MB"),
        ("E: Release file for http://mirror.test is not valid yet (invalid for another 3h)", "clock"),
        ("E: something never seen before", "see the message"),
        ("", "see the message"),
    ],
)
def test_each_failure_of_apt_is_one_line_with_advice_and_the_other_way(output: str, advice: str) -> None:
    message = str(explain_apt_failure(output))
    assert advice in message
    assert message.endswith(ELSEWHERE)
    assert "\n" not in message
