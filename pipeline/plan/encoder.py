"""An output's encode, all of it decided: codec, encoder, quality; and how its sound is encoded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from media.ffmpeg.codecs import VIDEO, Encode
from media.ffmpeg.encoder_choice import Choice, choose
from pipeline.manifest import delivery
from pipeline.manifest.parts.output import Output

JsonSafe = dict[str, Any]


def choose_encoder(output: Output) -> Choice:
    """The encoder that this machine has for the output.

    Raises: StageError if there is none.
    """
    codec = delivery.video_codec(output)
    if not VIDEO[codec].software:  # pictures are written without ffmpeg
        return Choice("", "")
    return choose(codec, output.video.encoder, delivery.bits(output), alpha=output.video.alpha)


def encode_settings(output: Output, encoder: str) -> JsonSafe:
    """A media.ffmpeg.codecs.Encode, JSON-safe."""
    codec = delivery.video_codec(output)
    quality = VIDEO[codec].quality
    crf = output.video.crf if output.video.crf is not None or quality is None else quality[0]
    encode = Encode(
        container=delivery.container(output),
        codec=codec,
        encoder=encoder,
        crf=crf,
        preset=output.video.preset,
        bits=delivery.bits(output),
        alpha=output.video.alpha,
    )
    return asdict(encode)


def audio_settings(output: Output) -> JsonSafe:
    """How the mux stage encodes sound. `copy`: only where nothing changes it; `any`: whatever it is encoded in."""
    return {
        "codec": delivery.audio_codec(output),
        "kbps": output.audio.bitrate_kbps,
        "copy": output.audio.bitrate_kbps is None,
        "any": output.audio.codec == "auto",
    }
