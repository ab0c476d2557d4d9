"""The parts of the published networks, each as it was published and as it is computed here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

import fomm
import liveportrait
import tpsmm
from bench import fomm as of_fomm
from bench import liveportrait as of_liveportrait
from bench import tpsmm as of_tpsmm
from bench._race import pictures
from fomm.stand_in import stand_in_checkpoint
from liveportrait.stand_in import stand_in_weights
from tpsmm.stand_in import stand_in_checkpoint as tpsmm_stand_in


@dataclass(frozen=True)
class Part:
    """A part.

    Attributes:
        published: what it was, with norms of its own; takes `inputs`.
        ours: the same of ours; what the portrait alone decides has been computed.
    """

    published: nn.Module
    inputs: tuple[Tensor, ...]
    ours: Callable[[], Tensor]


class Called(nn.Module):
    """A part of a network with tensors in and one tensor out."""

    def __init__(self, network: nn.Module, call: Callable[..., Tensor]) -> None:
        super().__init__()
        self.network, self.call = network, call
        self.eval()

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.call(*inputs)


@torch.inference_mode()
def tpsmm_parts() -> dict[str, Part]:
    """Of vox-256."""
    source, frames = pictures()
    weights = tpsmm_stand_in(tpsmm.load_config(of_tpsmm.CONFIG))
    theirs = of_tpsmm.PublishedLoop(weights, source, frames[:1]).model
    model = tpsmm.load_model(of_tpsmm.CONFIG, weights, precision="fast")
    own, taken = theirs.keypoints(source), theirs.keypoints(frames[2:3])
    move, paint = theirs.dense_motion_network, theirs.inpainting_network
    deformation, masks = move(move.encode(source, own), taken)
    maps = paint.encode(source)
    count, encoded = len(maps), model.dense_motion_network.encode(source, own)
    arranged = model.backend.arrange(model.backend.encode(source))

    def painted(*given: Tensor) -> Tensor:
        made: Tensor = paint(given[0], list(given[1 : count + 1]), given[count + 1], list(given[count + 2 :]))
        return made

    return {
        "tpsmm, keypoints": Part(
            Called(theirs.kp_detector, theirs.kp_detector), (frames[2:3],), lambda: model.keypoints(frames[2:3])
        ),
        "tpsmm, motion": Part(
            Called(move, lambda x, kp, to: move(move.encode(x, kp), to)[0]),
            (source, own, taken),
            lambda: model.backend.move(encoded, taken)[0],
        ),
        "tpsmm, inpainting": Part(
            Called(paint, painted),
            (source, *maps, deformation, *masks),
            lambda: model.backend.paint(source, arranged, deformation, masks)[0],
        ),
    }


@torch.inference_mode()
def fomm_parts() -> dict[str, Part]:
    """Of vox-256."""
    source, frames = pictures()
    weights = stand_in_checkpoint(fomm.load_config(of_fomm.CONFIG))
    theirs = of_fomm.PublishedLoop(weights, source, frames[:1]).model
    model = fomm.load_model(of_fomm.CONFIG, weights, precision="fast")
    own, taken = theirs.keypoints(source), theirs.keypoints(frames[2:3])
    move, paint = theirs.generator.dense_motion_network, theirs.generator
    motion, features = move(move.encode(source, own), taken), paint.encode(source)
    encoded, arranged = model.generator.dense_motion_network.encode(source, own), model.backend.arrange(features)
    kind = type(own)
    return {
        "fomm, keypoints": Part(
            Called(theirs.kp_detector, lambda x: theirs.kp_detector(x).value),
            (frames[2:3],),
            lambda: model.keypoints(frames[2:3]).value,
        ),
        "fomm, motion": Part(
            Called(move, lambda x, *points: move(move.encode(x, kind(*points[:2])), kind(*points[2:])).deformation),
            (source, own.value, own.jacobian, taken.value, taken.jacobian),
            lambda: model.backend.move(encoded, taken).deformation,
        ),
        "fomm, generator": Part(
            Called(paint, paint),
            (features, motion.deformation, motion.occlusion),
            lambda: model.backend.paint(arranged, motion)[0],
        ),
    }


@torch.inference_mode()
def liveportrait_parts() -> dict[str, Part]:
    """Of the models of people."""
    source, frames = pictures()
    weights = stand_in_weights()
    theirs = of_liveportrait.PublishedLoop(weights, source, frames[:1]).model
    model = liveportrait.load_model(weights)
    find, warp, paint = theirs.motion_extractor, theirs.warping_module, theirs.spade_generator
    own, taken, volume = theirs.info(source).keypoints, theirs.info(frames[2:3]).keypoints, theirs.volume(source)
    features = warp(warp.encode(volume, own), taken).features
    encoded = model.warping_module.encode(volume, own)
    return {
        "liveportrait, motion": Part(
            Called(find, lambda x: find(x).exp), (frames[2:3],), lambda: model.info(frames[2:3]).exp
        ),
        "liveportrait, warping": Part(
            Called(warp, lambda v, kp, to: warp(warp.encode(v, kp), to).features),
            (volume, own, taken),
            lambda: model.backend.warp(encoded, taken).features,
        ),
        "liveportrait, decoder": Part(Called(paint, paint), (features,), lambda: model.backend.decode(features)[0]),
    }


PARTS: dict[str, Callable[[], dict[str, Part]]] = {
    "tpsmm": tpsmm_parts,
    "fomm": fomm_parts,
    "liveportrait": liveportrait_parts,
}
