"""One voice out of a song: the mix's spectrogram, masked by what a network takes for the voice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from foundation.errors import InputError
from speech.unet import BINS, FRAMES, UNet
from speech.weights import CURE, find_weights, read_bundle

MIX_RATE = 44100
WINDOW, HOP = 4096, 1024
OVERLAP, LENGTH = WINDOW - HOP, FRAMES * HOP
FLOOR = 1e-10
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Block:
    """What the networks make of one block, which overlaps its neighbours.

    Attributes:
        sound: (LENGTH + OVERLAP,) the voice, windowed, mono.
        music: see Part.
    """

    sound: torch.Tensor
    music: float


@dataclass(frozen=True)
class Part:
    """A stretch of a song.

    Attributes:
        voice: (S,) the voice, mono, at MIX_RATE.
        music: mean power of what is left, beside that of the voice, dB.
    """

    voice: Samples
    music: float


class Separator:
    """The two networks, loaded once.

    Raises: InputError if the weights are not installed, or damaged.
    """

    def __init__(self) -> None:
        found = find_weights()
        if found is None:
            raise InputError("the weights that separate voices from music are not installed", cure=CURE)
        weights = read_bundle(found)
        try:
            self._voice, self._rest = UNet(weights, 0), UNet(weights, 1)
        except KeyError as missing:
            raise InputError(f"the weights lack {missing}", file=found, cure=f"install them again: {CURE}") from None
        self._window = torch.hann_window(WINDOW)

    def looks(self, pieces: Iterable[Samples], numbers: Set[int]) -> dict[int, Block]:
        """Single blocks, by their numbers, which `parts` then takes as they are.

        Args:
            pieces: as in `parts`; no more of them are read than are needed.
            numbers: below `blocks_in` the sound.
        """
        found: dict[int, Block] = {}
        for number, (block, _) in enumerate(_blocks(pieces)):
            if number in numbers:
                found[number] = self._block(block)
            if len(found) == len(numbers):
                break
        return found

    def parts(self, pieces: Iterable[Samples], looked: Mapping[int, Block] = MappingProxyType({})) -> Iterator[Part]:
        """The voice, a stretch of some twelve seconds at a time; together as long as what comes in.

        Args:
            pieces: (S, 2) samples at MIX_RATE, one after another.
            looked: what `looks` made of the same.
        """
        tail = torch.zeros(OVERLAP)
        first = -OVERLAP
        for number, (block, given) in enumerate(_blocks(pieces)):
            made = looked.get(number) or self._block(block)
            sound = made.sound.clone()
            sound[:OVERLAP] += tail
            tail = sound[LENGTH:]
            yield Part(sound[max(0, -first) : min(LENGTH, given - first)].numpy(), made.music)
            first += LENGTH

    def _block(self, block: Samples) -> Block:
        """The voice in (LENGTH + OVERLAP, 2) samples."""
        samples = torch.from_numpy(block.T.copy())
        with torch.no_grad():
            frames = samples.unfold(1, WINDOW, HOP) * self._window
            spectrum = torch.fft.rfft(frames)
            magnitude = spectrum[:, :, :BINS].abs()[None]
            voice, rest = (network(magnitude) ** 2 for network in (self._voice, self._rest))
            mask = ((voice + FLOOR / 2) / (voice + rest + FLOOR))[0]
            heard = spectrum[:, :, :BINS]
            music = float((heard * (1 - mask)).abs().square().sum())
            sung = float((heard * mask).abs().square().sum())
            kept = torch.zeros(spectrum.shape[1:], dtype=spectrum.dtype)
            kept[:, :BINS] = (heard * mask).mean(dim=0)
            frames = torch.fft.irfft(kept, WINDOW) * self._window
            # a Hann window squared, four times overlapped, adds up to 1.5
            sound = torch.zeros(samples.shape[1])
            for part in range(WINDOW // HOP):
                piece = frames[:, part * HOP : (part + 1) * HOP].reshape(-1)
                sound[part * HOP : part * HOP + len(piece)] += piece / 1.5
        return Block(sound, 10 * float(np.log10((music + FLOOR) / (sung + FLOOR))))


def blocks_in(samples: float) -> int:
    """How many blocks so many samples at MIX_RATE are."""
    return max(1, ceil((samples + OVERLAP) / LENGTH))


def _blocks(pieces: Iterable[Samples]) -> Iterator[tuple[Samples, int]]:
    """(LENGTH + OVERLAP, 2) samples, each block LENGTH after the one before, the first OVERLAP before the song begins;
    and how many samples of the song have come in."""
    held = np.zeros((OVERLAP, 2), np.float32)
    given, first = 0, -OVERLAP
    for piece in pieces:
        held, given = np.concatenate([held, piece]), given + len(piece)
        while len(held) >= LENGTH + OVERLAP:
            yield held[: LENGTH + OVERLAP], given
            held, first = held[LENGTH:], first + LENGTH
    while first < given:
        yield np.pad(held, ((0, LENGTH + OVERLAP - len(held)), (0, 0))), given
        held, first = held[LENGTH:], first + LENGTH
