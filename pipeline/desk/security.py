"""Who may talk to the desk, and what a browser may do with its pages."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from http.cookies import SimpleCookie
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foundation.errors import ManifestError

COOKIE = "duet_desk"
LEAST_TOKEN = 16
MAX_BODY = 2 << 20
"""Bytes of a request: a manifest has at most half as many."""
UPLOADS, MAX_UPLOAD = ("/upload/", "/takes/"), 8 << 30
"""Where media come in, and bytes of one."""
READS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(frozen=True)
class Access:
    """Where the desk is reached, and with which word.

    Raises: ManifestError if others could reach it without one, or guess it.
    """

    host: str
    token: str | None = None

    def __post_init__(self) -> None:
        if self.token is None and not is_loopback(self.host):
            told = f"other machines reach {self.host}, and whoever does could render and read the folder"
            raise ManifestError(told, cure="add --token, or leave --host out")
        if self.token is not None and len(self.token) < LEAST_TOKEN:
            raise ManifestError(
                f"a token of {len(self.token)} characters can be guessed", cure=f"take {LEAST_TOKEN} or more"
            )


class Guard:
    """Around the whole desk: refuses foreign hosts and origins, strangers, and requests that are too large.

    Without a token only names of this machine are taken for the host, so that no page of elsewhere reaches the desk by
    a name that it points here (DNS rebinding). A request that changes something must come from a page of the desk (its
    Origin is the Host). A token comes once in the address (?token=), then in a cookie, or as `Authorization: Bearer`.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._refusal(scope)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        await self._app(scope, _bounded(receive, _most(scope)), send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """What is answered instead of the page."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._access.token is None and not is_loopback(_name(host)):
            return _plain(403, "This desk is reached as localhost alone.")
        if scope["method"] not in READS and _authority(headers.get("origin", "")) != host.lower():
            return _plain(403, "Only the desk's own pages may change something.")
        if int(headers.get("content-length", "0").strip() or 0) > _most(scope):
            return _plain(413, f"A request may have {_most(scope)} bytes.")
        return self._stranger(scope, headers) if self._access.token is not None else None

    def _stranger(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        given = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if scope["method"] in READS and self._is_token(given.pop("token", "")):
            answer = RedirectResponse(scope["path"] + (f"?{urlencode(given)}" if given else ""), 303)
            answer.set_cookie(COOKIE, str(self._access.token), httponly=True, samesite="strict", max_age=30 * 86400)
            return answer
        kept = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if self._is_token(kept.value if kept else "") or self._is_token(bearer):
            return None
        return _plain(401, "This desk asks for its token: open the address with ?token=... at its end.")

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), str(self._access.token).encode())


def _most(scope: Scope) -> int:
    """Bytes of a request."""
    return MAX_UPLOAD if scope["path"].startswith(UPLOADS) else MAX_BODY


def _bounded(receive: Receive, most: int) -> Receive:
    """Counts what comes, for requests that do not tell their length."""
    size = 0

    async def receive_bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413, f"A request may have {most} bytes.")
        return message

    return receive_bounded


def _plain(status: int, text: str) -> ASGIApp:
    return PlainTextResponse(text + "\n", status)


def _authority(origin: str) -> str:
    """localhost:8765 of http://localhost:8765."""
    scheme, _, rest = origin.lower().partition("://")
    return rest if scheme in ("http", "https") else ""


def _name(authority: str) -> str:
    """The host without its port."""
    if authority.startswith("["):
        return authority.partition("]")[0].strip("[")
    return authority.partition(":")[0]


def address(access: Access, port: int) -> str:
    """What a person opens."""
    name = f"[{access.host}]" if ":" in access.host else access.host
    return f"http://{name}:{port}/" + (f"?{urlencode({'token': access.token})}" if access.token else "")
