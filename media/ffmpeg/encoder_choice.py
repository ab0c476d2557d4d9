"""Which encoder makes a picture here: software, or a chip where one is asked for and works, tried out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache

from foundation.errors import StageError
from foundation.temporary import temporary_folder
from media.ffmpeg.argv import encode_noise
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.codecs import VIDEO, Encode, Vendor
from media.ffmpeg.encoders import available, vendor_of

_TRIAL_SECONDS = 30


def why_not(encoder: str, codec: str, bits: int) -> str | None:
    """Why an encoder cannot be used here, tried out on a few frames; None: it works."""
    if encoder not in available():
        return "this ffmpeg was built without it"
    return _tried(encoder, codec, bits) if vendor_of(encoder) else None


@cache
def _tried(encoder: str, codec: str, bits: int) -> str | None:
    """A fifth of a second of noise, encoded: a chip, its driver and its permissions are known only by using them."""
    default = VIDEO[codec].quality
    encode = Encode("mkv", codec, encoder, default[0] if default else None, bits=bits)
    with temporary_folder("trial") as folder:
        command = encode_noise(folder / "trial.mkv", encode)
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False
            )
        except (OSError, subprocess.SubprocessError) as problem:
            return str(problem)
    if not done.returncode:
        return None
    said = [line.rpartition("] ")[2].strip() for line in done.stderr.splitlines() if line.strip()]
    return said[0].rstrip(".") if said else f"exit code {done.returncode}"


@dataclass(frozen=True)
class Choice:
    """The encoder to use, and what to say about it ("" where nothing needs saying)."""

    encoder: str
    notice: str


def choose(codec: str, wanted: str, bits: int, *, alpha: bool) -> Choice:
    """The encoder for a codec.

    Args:
        wanted: "software", "auto" (any chip that works, else software) or a Vendor. Chips keep no opacity, and few
            take every codec: software then does the work, and the notice says so.
    Raises: StageError if this ffmpeg has no encoder for the codec at all.
    """
    table = VIDEO[codec]
    software = next((name for name in table.software if name in available()), None)
    if wanted == "software":
        return Choice(_found(software, codec), "")
    vendors: list[Vendor] = [vendor for vendor in table.hardware if wanted in ("auto", vendor)]
    reasons = []
    if alpha:
        reasons, vendors = ["no chip encodes opacity"], []
    elif not vendors:
        reasons = [f"{'no chip' if wanted == 'auto' else wanted} encodes {table.title}"]
    for vendor in vendors:
        encoder = table.hardware[vendor]
        problem = why_not(encoder, codec, bits)
        if problem is None:
            return Choice(encoder, f"encoding {table.title} with {encoder}")
        reasons.append(f"{encoder}: {problem}")
    chosen = _found(software, codec)
    return Choice(chosen, f"encoding {table.title} with {chosen} on the processor ({'; '.join(reasons)})")


def _found(encoder: str | None, codec: str) -> str:
    if encoder is None:
        table = VIDEO[codec]
        raise StageError(
            f"this ffmpeg cannot encode {table.title}: it was built without {' and '.join(table.software)}",
            file=ffmpeg(),
            cure="pip install --upgrade imageio-ffmpeg, or set DUET_FFMPEG to a complete ffmpeg",
        )
    return encoder
