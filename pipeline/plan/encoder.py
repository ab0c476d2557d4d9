"""An output's encode, all of it decided: codec, encoder, quality; and how its sound is encoded."""

from __future__ import annotations

from media.ffmpeg.codecs import VIDEO, Encode
from media.ffmpeg.encoder_choice import Choice, choose
from pipeline.manifest import delivery
from pipeline.manifest.parts.output import Output
from stages.contracts.mux import AudioEncode


def choose_encoder(output: Output) -> Choice:
    """The encoder that this machine has for the output.

    Raises: StageError if there is none.
    """
    codec = delivery.video_codec(output)
    if not VIDEO[codec].software:  # pictures are written without ffmpeg
        return Choice("", "")
    return choose(codec, output.video.encoder, delivery.bits(output), alpha=output.video.alpha)


def encode_of(output: Output, encoder: str) -> Encode:
    """How the picture is encoded."""
    codec = delivery.video_codec(output)
    quality = VIDEO[codec].quality
    crf = output.video.crf if output.video.crf is not None or quality is None else quality[0]
    return Encode(
        container=delivery.container(output),
        codec=codec,
        encoder=encoder,
        crf=crf,
        preset=output.video.preset,
        bits=delivery.bits(output),
        alpha=output.video.alpha,
    )


def audio_of(output: Output) -> AudioEncode:
    """How sound is encoded."""
    return AudioEncode(
        codec=delivery.audio_codec(output),
        kbps=output.audio.bitrate_kbps,
        copy=output.audio.bitrate_kbps is None,
        any=output.audio.codec == "auto",
    )
