"""`--explain RULE --open`: a rule's documentation as a page that needs no site, shown in a browser."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from pathlib import Path

from cnnlint.rule import Rule

STYLE = """
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1.5rem; font: 16px/1.6 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
h1 + p { margin-top: .3rem; opacity: .7; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; }
pre { padding: .8rem 1rem; border: 1px solid #8884; border-radius: 8px; overflow-x: auto; }
"""
_FIX = {"none": "No fix.", "unsafe": "Fixed with `--fix --unsafe-fixes`.", "safe": "Fixed with `--fix`."}


def markdown(rule: Rule) -> str:
    """A rule's page, here and on the site."""
    on = "on by default" if rule.default else "runs when it is selected"
    about = f"**{rule.severity.value}**, {on}. Applies to: {rule.applies_to}. {_FIX[rule.fix]}"
    return f"# {rule.name} ({rule.code})\n\n{about}\n\n{rule.documentation()}\n"


def page(rule: Rule) -> str:
    """The page as HTML: nothing is loaded for it, and it runs no script."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown(rule))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(f'{rule.name} ({rule.code})')}</title><style>{STYLE}</style></head>\n"
        f"<body>{body}</body>\n</html>\n"
    )


def show(rule: Rule) -> tuple[Path, bool]:
    """Write a rule's page where temporary files are, and have a browser open it; where it is, and whether one does."""
    path = Path(tempfile.mkdtemp(prefix="cnnlint-"), f"{rule.name}.html")
    path.write_text(page(rule), encoding="utf-8")
    return path, webbrowser.open(path.as_uri())
