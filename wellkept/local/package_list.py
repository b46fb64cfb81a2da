"""Which Debian packages make the embedded runtime, by their names in Debian 13 (trixie), amd64.

Debian 13 is taken because Debian 12 ships no TimescaleDB package. The libraries are the closure of what the programs
below load (seen with the loader's ``--list``), written out by hand: letting apt resolve dependencies would add Perl,
debconf, LLVM and forty more packages that only maintainer scripts need, and those scripts are never run.
"""

SUITE = "trixie"
ARCHITECTURE = "amd64"
LIBRARY_FOLDER = "usr/lib/x86_64-linux-gnu"
LOADER = f"{LIBRARY_FOLDER}/ld-linux-x86-64.so.2"
POSTGRES_MAJOR = 17
PROGRAM_FOLDERS = (f"usr/lib/postgresql/{POSTGRES_MAJOR}/bin", "usr/sbin", "usr/bin")

SERVER_PACKAGES = (
    f"postgresql-{POSTGRES_MAJOR}",
    f"postgresql-{POSTGRES_MAJOR}-timescaledb",
    f"postgresql-client-{POSTGRES_MAJOR}",
    "mosquitto",
    "mosquitto-clients",
)

LIBRARY_PACKAGES = (
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "libaudit1",
    "libcap-ng0",
    "libcap2",
    "libcjson1",
    "libcom-err2",
    "libdlt2",
    "libgssapi-krb5-2",
    "libicu76",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "libldap2",
    "liblz4-1",
    "liblzma5",
    "libmosquitto1",
    "libpam0g",
    "libpcre2-8-0",
    "libpq5",
    "libreadline8t64",
    "libsasl2-2",
    "libselinux1",
    "libssl3t64",
    "libsystemd0",
    "libtinfo6",
    "libuuid1",
    "libwebsockets19t64",
    "libwrap0",
    "libxml2",
    "libxslt1.1",
    "libxxhash0",
    "libzstd1",
    "zlib1g",
)

WANTED_PACKAGES = SERVER_PACKAGES + LIBRARY_PACKAGES

# Left out of the unpacked tree. llvmjit would need libllvm (120 MB more), hence `jit=off` in the configuration.
EXCLUDED_PATHS = (
    "./usr/share/doc*",
    "./usr/share/man*",
    "./usr/share/locale*",
    "./usr/share/lintian*",
    "./usr/share/postgresql/*/man*",
    "./usr/lib/x86_64-linux-gnu/gconv*",
    "./etc/*",
    "./var/*",
    "*/bitcode*",
    "*llvmjit*",
)
