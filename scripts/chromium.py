"""Chromium without a screen, for pictures of pages and for tests that look at them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def found() -> str | None:
    """Where it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def opened(browser: str, page: Path, *options: str) -> str:
    """What it prints when it opens a page with a profile that nobody used before.

    Raises:
        RuntimeError: it ended with another status than 0.
        subprocess.TimeoutExpired: it took more than two minutes.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # its processes may outlive it a little
        done = subprocess.run(
            [browser, *FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
    if done.returncode != 0:
        raise RuntimeError(f"Chromium ended with status {done.returncode}: {done.stderr}")
    return done.stdout
