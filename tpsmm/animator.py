"""One portrait, animated by driving frames in any grouping."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from networks.arithmetic import inference
from networks.grouping import Part, Tried
from networks.kernels.workers import steady_torch
from networks.pictures import check_pictures
from networks.reference import movement_scale
from tpsmm.full_size import detail_of, enlarged
from tpsmm.keypoints import fitted
from tpsmm.model import Model
from tpsmm.state import Motion, SourceState

MODES = ("standard", "relative", "avd")


class Animator:
    """Renders frames of one portrait. Frames do not depend on one another: chunks can be made anywhere.

    Args:
        model: from `load_model`.
        source: (1, 3, H, W), float, 0..1; H and W multiples of `model.config.size_multiple`, unless the config names a
            side of its own: then of any size, which the pictures have too.
        mode: "standard": the portrait takes the driver's keypoints. "relative": it moves from its own as the driver
            moves from `initial`, scaled by the size of their hulls. "avd": the AVD network translates them.
        initial: (1, 3, h, w), the driving frame whose pose the portrait's is like; for "relative".
        found: keypoints (1, 5K, 2) of the source and of `initial`, found elsewhere; None: by the model's detector.
    Raises:
        ValueError: shapes, sizes or mode that cannot be, or "avd" with a checkpoint that lacks that network.
    """

    @steady_torch()
    @inference()
    def __init__(
        self,
        model: Model,
        source: Tensor,
        mode: str = "relative",
        initial: Tensor | None = None,
        *,
        found: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        _check_mode(model, mode)
        source = check_pictures(source, "source").to(model.device)
        given = source
        source, full = _at_own_side(model, given)
        _check_source(model, source)
        if mode == "relative" and initial is None and found is None:
            raise ValueError("mode relative needs `initial`, the driving frame to measure motion from")
        self.model = model
        self.mode = mode
        if found is None:
            keypoints = model.keypoints(given)
            first = keypoints if initial is None else model.keypoints(initial[:1])
        else:
            keypoints, first = (_check_keypoints(model, points) for points in found)
        scale = torch.tensor([movement_scale(keypoints, first)], device=model.device)
        maps = model.backend.encode(source)
        motion = model.dense_motion_network.encode(source, keypoints)
        self._set(SourceState(source, maps, motion, first, scale, full))

    @classmethod
    @steady_torch()
    def restore(cls, model: Model, mode: str, state: SourceState) -> Animator:
        """An animator from the stored state of another (same model, precision and mode): nothing is computed."""
        _check_mode(model, mode)
        _check_source(model, state.picture)
        animator = cls.__new__(cls)
        animator.model, animator.mode = model, mode
        animator._set(state)
        return animator

    def _set(self, state: SourceState) -> None:
        self._maps = self.model.backend.arrange(state.maps)
        # where the arithmetic is plain, both are one: features are large
        self.state = replace(state, maps=self._maps) if self.model.backend.dtype == torch.float32 else state
        self._detail = _detail(state)

    @steady_torch()
    @inference()
    def transfer(self, driving: Tensor) -> Tensor:
        """Keypoints of N driving frames, anywhere, to those that the portrait takes, both (N, 5K, 2), by the mode."""
        driving = _check_keypoints(self.model, driving)
        if self.mode == "standard":
            return driving
        source = self.state.motion.keypoints
        if self.mode == "relative":
            return (driving - self.state.initial) * self.state.scale + source
        assert self.model.avd_network is not None  # noqa: S101  (checked when the mode was set)
        return torch.cat([self.model.avd_network(source, one.unsqueeze(0)) for one in driving])

    @property
    def device(self) -> torch.device:
        """Where the pictures are made."""
        return self.model.device

    @property
    def group(self) -> int:
        """How many frames are computed at once; 1 on a CPU, where more would gain nothing."""
        return self.model.grouping.size

    @steady_torch()
    @inference()
    def motion(self, frames: Tensor, keep: Tensor | None = None) -> Motion:
        """How the portrait moves in (N, 3, h, w) driving frames, N at least 1, float, 0..1.

        Args:
            keep: (N,) how much of each frame's motion away from the reference frame's pose is taken; None: all of it.
        """
        return self._moved(self._eased(self.transfer(self.model.keypoints(frames)), keep))

    @steady_torch()
    @inference()
    def render(self, frames: Tensor, keep: Tensor | None = None) -> Tensor:
        """(N, 3, h, w) driving frames, float, 0..1 -> (N, 3, H, W) pictures of the portrait, float32, 0..1.

        Args:
            keep: as in `motion`.
        """
        return self.tried(frames, keep).mended()

    @steady_torch()
    @inference()
    def tried(self, frames: Tensor, keep: Tensor | None = None) -> Tried:
        """As `render`, with pictures that half precision spoilt still among the others."""
        return self._tried(self._eased(self.transfer(self.model.keypoints(frames)), keep))

    @steady_torch()
    @inference()
    def pose(self, keypoints: Tensor, keep: Tensor | None = None) -> Tensor:
        """(N, 5K, 2) keypoints that the portrait is to take, -1..1 -> (N, 3, H, W), as `render`.

        Args:
            keep: as in `motion`.
        Raises: ValueError for another shape.
        """
        return self.tried_pose(keypoints, keep).mended()

    @steady_torch()
    @inference()
    def tried_pose(self, keypoints: Tensor, keep: Tensor | None = None) -> Tried:
        """As `pose`, with pictures that half precision spoilt still among the others."""
        return self._tried(self._eased(_check_keypoints(self.model, keypoints), keep))

    def _eased(self, keypoints: Tensor, keep: Tensor | None) -> Tensor:
        """The given shares of the way from the reference frame; a share of 1 gives the very bits of None."""
        if keep is None:
            return keypoints
        return torch.lerp(self.transfer(self.state.initial), keypoints, keep.to(keypoints)[:, None, None])

    def _moved(self, keypoints: Tensor) -> Motion:
        def moved(part: Part) -> list[Tensor]:
            deformation, occlusion = self.model.backend.move(self.state.motion, keypoints[part])
            return [deformation, *occlusion]

        deformation, *occlusion = self.model.grouping.joined(len(keypoints), moved)
        return Motion(keypoints, deformation, occlusion)

    def _tried(self, keypoints: Tensor) -> Tried:
        if not len(keypoints):
            shown = self.state.picture if self.state.full is None else self.state.full
            return Tried(shown.new_empty(0, *shown.shape[1:]), shown.new_empty(0, dtype=torch.bool))

        def painted(part: Part) -> list[Tensor]:
            deformation, occlusion = self.model.backend.move(self.state.motion, keypoints[part])
            motion = Motion(keypoints[part], deformation, occlusion)
            picture, sound = self.model.backend.paint(self.state.picture, self._maps, deformation, occlusion)
            return [self._enlarged(picture, motion), sound, deformation]

        pictures, sound, flow = self.model.grouping.joined(len(keypoints), painted)
        again = None if self.model.backend.exact else lambda number: self._exactly(keypoints[number : number + 1])
        return Tried(pictures, sound, again, flow)

    @steady_torch()
    @inference()
    def _exactly(self, keypoints: Tensor) -> Tensor:
        """One picture, its painting in plain float32."""
        deformation, occlusion = self.model.backend.move(self.state.motion, keypoints)
        picture = self.model.backend.paint_exactly(self.state.picture, self.state.maps, deformation, occlusion)
        return self._enlarged(picture, Motion(keypoints, deformation, occlusion))

    def _enlarged(self, picture: Tensor, motion: Motion) -> Tensor:
        if self._detail is None:
            return picture
        return enlarged(picture, self._detail, motion.deformation, motion.occlusion[-1])


def _detail(state: SourceState) -> Tensor | None:
    """Of a picture that is animated at another size."""
    return None if state.full is None else detail_of(state.full, state.picture)


def _check_mode(model: Model, mode: str) -> None:
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
    if mode == "avd" and model.avd_network is None:
        raise ValueError("mode avd needs a checkpoint with avd_network; this one has none")


def _at_own_side(model: Model, source: Tensor) -> tuple[Tensor, Tensor | None]:
    """The source at the side that the config names, and as it came; (source, None) where it names none."""
    side = model.config.common.side
    if side is None or source.shape[2:] == (side, side):
        return source, None
    return fitted(source, side), source


def _check_keypoints(model: Model, keypoints: Tensor) -> Tensor:
    wanted = (model.config.num_keypoints, 2)
    if keypoints.dim() != 3 or tuple(keypoints.shape[1:]) != wanted:
        raise ValueError(f"keypoints: shape (N, {wanted[0]}, 2), not {tuple(keypoints.shape)}")
    return keypoints.float().to(model.device)


def _check_source(model: Model, source: Tensor) -> None:
    multiple = model.config.size_multiple
    height, width = source.shape[2:]
    if len(source) != 1:
        raise ValueError(f"source: one picture, not {len(source)}")
    if height % multiple or width % multiple or height * width == multiple**2:
        raise ValueError(
            f"source: height and width in multiples of {multiple} pixels, one of them at least {2 * multiple},"
            f" not {height} x {width}"
        )
