"""schema: what a manifest may say, as a JSON Schema for editors that complete and check YAML, or as a page."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline.manifest.described import json_schema, page

Markdown = Annotated[bool, typer.Option("--markdown", help="As the page docs/manifest.md.")]


def run(*, markdown: Markdown = False) -> None:
    typer.echo(page() if markdown else json.dumps(json_schema(), indent=1), nl=not markdown)
