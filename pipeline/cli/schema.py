"""schema: the manifest's JSON Schema, for editors that complete and check YAML."""

from __future__ import annotations

import json

import typer

from pipeline.manifest.schema import json_schema


def run() -> None:
    typer.echo(json.dumps(json_schema(), indent=1))
