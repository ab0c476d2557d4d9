"""schema: the manifest's JSON Schema, for editors that complete and check YAML."""

from __future__ import annotations

import json

import typer

from pipeline.manifest.schema import json_schema


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema", help="Print the JSON Schema of a manifest.")(run)


def run() -> None:
    typer.echo(json.dumps(json_schema(), indent=1))
