"""The Community edition as a connection: production code runs on it unchanged, a real engine answers.

It is one session of a WebAssembly PostgreSQL with TimescaleDB behind `session.mjs`. It offers the part of a psycopg
connection that the store's set-up uses; parameters are rendered as literals, values read with psycopg's own loaders.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from psycopg.adapt import Transformer
from psycopg.pq import Format
from psycopg.sql import Composable, Literal

HERE = Path(__file__).resolve().parent
_PLACEHOLDER = re.compile(r"%(?:%|\((\w+)\)s)")


class EngineError(Exception):
    """What the engine refused, with its SQLSTATE."""

    def __init__(self, message: str, sqlstate: str | None, statement: str) -> None:
        super().__init__(f"{message} [{sqlstate}] in: {statement[:500]}")
        self.sqlstate = sqlstate


class Rows:
    """The rows of the last statement, as a psycopg cursor gives them."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows)


class CommunitySession:
    """A session; use it as a context manager."""

    def __init__(self, project: Path) -> None:
        node = shutil.which("node")
        assert node is not None
        self._process = subprocess.Popen(
            [node, str(project / "session.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=project
        )
        self._depth = 0
        assert json.loads(self._read()) == {"ready": True}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: TracebackType | type[BaseException] | BaseException | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def execute(self, statement: str | bytes | Composable, parameters: Mapping[str, Any] | None = None) -> Rows:
        """Run it (several statements are allowed) and give the rows of the last; EngineError if refused."""
        text = render(statement, parameters)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"sql": text}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._read())
        if "error" in answer:
            raise EngineError(answer["error"], answer["sqlstate"], text)
        return Rows([_load(answer["oids"], row) for row in answer["rows"]])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction, or a savepoint inside one."""
        name = f"s{self._depth}"
        self.execute("BEGIN" if self._depth == 0 else f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self.execute("ROLLBACK" if self._depth == 0 else f"ROLLBACK TO SAVEPOINT {name}")
            raise
        self._depth -= 1
        self.execute("COMMIT" if self._depth == 0 else f"RELEASE SAVEPOINT {name}")

    @contextmanager
    def cursor(self) -> Iterator[Self]:
        """The session itself; it has one cursor."""
        yield self

    def executemany(self, statement: str, rows: list[dict[str, Any]]) -> None:
        """All of them in one message."""
        self.execute(";\n".join(render(statement, row) for row in rows))

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EngineError(f"the engine ended with {self._process.wait()}", None, "")
        return line


def render(statement: str | bytes | Composable, parameters: Mapping[str, Any] | None) -> str:
    """The statement with its parameters as literals."""
    text = statement.as_string(None) if isinstance(statement, Composable) else statement
    text = text.decode() if isinstance(text, bytes) else text
    if parameters is None:
        return text
    given = parameters
    return _PLACEHOLDER.sub(lambda match: Literal(given[match[1]]).as_string(None) if match[1] else "%", text)


def _load(oids: list[int], row: list[Any]) -> tuple[Any, ...]:
    loader = Transformer()
    loader.set_loader_types(oids, Format.TEXT)
    scalars = loader.load_sequence([v.encode() if isinstance(v, str) else None for v in row])
    # Arrays come already taken apart, as lists of text.
    return tuple(value if isinstance(value, list) else scalar for value, scalar in zip(row, scalars, strict=True))
