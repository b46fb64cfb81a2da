"""Exit with 0 if the process of this name says that it is well and said so lately; the health check of a container.

Usage: healthy.py NAME. The word is what the process itself writes into the table `worker`.
"""

import os
import sys

import psycopg

SILENT_S = 60  # (E): processes report every few seconds; this is several missed reports

QUERY = "SELECT healthy AND seen_at > clock_timestamp() - make_interval(secs => %s), text FROM worker WHERE name = %s"


def main(name: str) -> int:
    """0 if well, 1 with one line if not."""
    try:
        with psycopg.connect(os.environ["WELLKEPT_DATABASE_URL"], connect_timeout=3) as connection:
            row = connection.execute(QUERY, (SILENT_S, name)).fetchone()
    except psycopg.Error as error:
        print(f"the database does not answer: {error}", file=sys.stderr)
        return 1
    if row is None or not row[0]:
        print(f"{name} has not reported" if row is None else f"{name} is not well: {row[1]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
