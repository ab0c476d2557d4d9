"""WAV files out: streaming, 16-bit or 32-bit float, past 4 GB as RF64."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream
from av.error import FFmpegError
from numpy.typing import NDArray

from foundation.atomic import check_writable, replacing
from foundation.errors import CHECK_MACHINE, StageError
from media.files.checks import file_url
from media.sound.loudspeakers import MOST_CHANNELS, channel_layout

SampleType = Literal["s16", "flt"]
Samples = NDArray[Any]

_CODECS = {"s16": "pcm_s16le", "flt": "pcm_f32le"}
_DTYPES = {"s16": np.int16, "flt": np.float32}


class WavWriter:
    """Appends blocks of samples to a file under the name it is given (`write_wav` and `cut_wav` are atomic).

    Args:
        path: the file.
        rate: samples a second.
        channels: 1 to 8.
        kind: "s16", whole numbers of 16 bits, or "flt", 32-bit floats whose full scale is 1.
    Raises: StageError for a number of channels that WAV has no layout for.
    """

    def __init__(self, path: Path, *, rate: int, channels: int, kind: SampleType) -> None:
        if not 1 <= channels <= MOST_CHANNELS:
            raise StageError(
                f"a WAV file holds 1 to 8 channels, not {channels}", file=path, cure="mix it down to 8 or fewer"
            )
        self._kind, self._rate, self._layout = kind, rate, channel_layout(channels)
        self._container = av.open(
            file_url(path), "w", format="wav", options={"rf64": "auto"}, container_options={"fflags": "+bitexact"}
        )
        stream = self._container.add_stream(_CODECS[kind], rate=rate, layout=self._layout)
        if not isinstance(stream, AudioStream):
            raise StageError(f"PyAV has no audio encoder {_CODECS[kind]}", cure="pip install --upgrade av")
        self._stream = stream
        self._done = 0

    def write(self, samples: Samples) -> None:
        """Append (S, C) samples: int16 for "s16", float32 for "flt"."""
        if not len(samples):
            return
        packed = np.ascontiguousarray(samples, _DTYPES[self._kind]).reshape(1, -1)
        frame = AudioFrame.from_ndarray(packed, format=self._kind, layout=AudioLayout(self._layout))
        frame.sample_rate = self._rate
        frame.pts = self._done
        self._done += len(samples)
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()


@contextmanager
def wav_file(path: Path, *, rate: int, channels: int, kind: SampleType) -> Iterator[WavWriter]:
    """A WavWriter whose file appears at `path` when the block ends well, and not at all after an error.

    Raises: StageError if it cannot be written.
    """
    check_writable(path)
    with replacing(path) as temporary:
        try:
            with WavWriter(temporary, rate=rate, channels=channels, kind=kind) as writer:
                yield writer
        except FFmpegError as problem:
            if isinstance(problem, OSError):
                raise
            raise StageError(f"the sound cannot be written: {problem}", file=path, cure=CHECK_MACHINE) from problem


def write_wav(path: Path, samples: NDArray[np.float32], sample_rate: int) -> None:
    """Write (S, C) or (S,) float samples, full scale 1, as 32-bit float WAV, whole or not at all.

    Raises: StageError if it cannot be written.
    """
    block = samples if samples.ndim == 2 else samples[:, None]
    with wav_file(path, rate=sample_rate, channels=block.shape[1], kind="flt") as writer:
        for at in range(0, len(block), sample_rate):
            writer.write(block[at : at + sample_rate])
