"""Templates to pages. Every value is escaped; nothing but what the templates say becomes markup."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from foundation.version import VERSION

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["address"] = quote
_ENVIRONMENT.globals["version"] = VERSION
_TEMPLATES = Jinja2Templates(env=_ENVIRONMENT)


def draw(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page."""
    return _TEMPLATES.TemplateResponse(request, template, {"status": status, **values}, status_code=status)
