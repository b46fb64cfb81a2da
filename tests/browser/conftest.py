"""A real Chromium, Debian's own; a page in it that keeps everything that should not happen."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import IN_CI

CHROMIUM = "/usr/bin/chromium"
SOON_MS = 15_000
"""How long something may take to appear on a busy machine."""


@dataclass(slots=True)
class Watched:
    """A page, and what went wrong on it or beside it."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go there and wait until a page of the console has filled itself."""
        self.page.goto(self.address + path)
        expect(self.page.locator("main[aria-busy]")).to_have_count(0)
        return self.page


Watch = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without it a test is skipped, but in CI that is a failure."""
    if not os.path.exists(CHROMIUM) and shutil.which("chromium") is None:
        (pytest.fail if IN_CI else pytest.skip)("there is no Chromium here; install Debian's package chromium")
    expect.set_options(timeout=SOON_MS)
    with sync_playwright() as playwright:
        # Root may not use the sandbox, and the pages are our own.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def watch(chromium: Browser) -> Watch:
    """Opens a browser of its own at an address, as wide as asked and at a fixed time; fails at its end for every error
    in its console, every script error and every request to another host."""

    @contextmanager
    def watched(address: str, now: datetime, *, width: int = 1280) -> Iterator[Watched]:
        context = chromium.new_context(viewport={"width": width, "height": 900}, timezone_id="UTC")
        context.set_default_timeout(SOON_MS)
        context.clock.set_fixed_time(now)
        found = Watched(page=context.new_page(), address=address)
        _listen(context, found)
        yield found
        context.close()
        assert found.troubles == []

    return watched


def _listen(context: BrowserContext, found: Watched) -> None:
    host = urlsplit(found.address).netloc
    context.on("console", lambda said: said.type in ("error", "warning") and found.troubles.append(said.text))
    context.on("weberror", lambda error: found.troubles.append(str(error.error)))
    context.on(
        "request",
        lambda request: (
            urlsplit(request.url).netloc in (host, "") or found.troubles.append(f"asks another host: {request.url}")
        ),
    )
