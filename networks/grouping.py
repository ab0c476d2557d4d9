"""How many frames are computed at once, and what half precision may break."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

MOST_AT_ONCE = 32
HALF = {"fp16": torch.float16, "bf16": torch.bfloat16}


class Grouping:
    """As many frames at once as the device's memory holds; one where their bits must not depend on it.

    Args:
        device: where they are computed. several: more than one may be computed at once.
        bytes_a_frame: of activations at the widest point, with room to spare.

    Attributes:
        most: at once; halved when the device's memory proves too small, and kept so.
    """

    def __init__(self, device: torch.device, *, several: bool, bytes_a_frame: int) -> None:
        self.device = device
        self.bytes_a_frame = bytes_a_frame
        self.most = MOST_AT_ONCE if several and device.type == "cuda" else 1

    @property
    def size(self) -> int:
        """Frames at once, by what is free now."""
        if self.most == 1:
            return 1
        free, _ = torch.cuda.mem_get_info(self.device)
        return max(1, min(self.most, int(free // 2 // self.bytes_a_frame)))

    def joined(self, count: int, make: Callable[[slice], Tensor]) -> Tensor:
        """What `make` makes of 0..count, part by part; a part that memory is too small for is made in halves.

        Args:
            count: at least 1.
        """
        made: list[Tensor] = []
        done = 0
        while done < count:
            part = slice(done, min(done + self.size, count))
            try:
                made.append(make(part))
            except torch.OutOfMemoryError:
                if part.stop - done == 1:
                    raise
                self.most = (part.stop - done) // 2
                torch.cuda.empty_cache()
            else:
                done = part.stop
        return made[0] if len(made) == 1 else torch.cat(made)


def sound(pictures: Tensor) -> bool:
    """No NaN anywhere, and no picture all black (what overflow in half precision looks like)."""
    brightest = pictures.flatten(1).amax(dim=1)
    return bool((torch.isfinite(pictures.sum()) & (brightest > 1 / 255).all()).item())
