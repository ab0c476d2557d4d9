"""One network of the model file, for any number of threads."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from landmarks.quiet import quiet_stderr

Floats = NDArray[np.float32]
_networks: WeakSet[Network] = WeakSet()
"""All of this process."""


def close_unused() -> None:
    """Close what is open of each network and not in use, some 10 MB: who asks it next opens it anew, in some 10 ms."""
    for network in list(_networks):
        network.close_unused()


@dataclass(frozen=True)
class _Opened:
    """An interpreter, and where in it the input and the outputs lie."""

    interpreter: Any
    given: int
    made: tuple[int, ...]

    def run(self, value: Floats) -> list[Floats]:
        self.interpreter.set_tensor(self.given, value)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(each) for each in self.made]


class Network:
    """Runs a network on one thread, that of the caller (XNNPACK computes all of it).

    It is opened as often as callers run it at once. Whichever one computes: the result is the same, to the bit.

    Args:
        content: a .tflite file with one input.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._free: deque[_Opened] = deque()
        self._free.append(self._opened())
        _networks.add(self)

    def __call__(self, value: Floats) -> list[Floats]:
        """The outputs, in the order of the file."""
        try:
            network = self._free.pop()
        except IndexError:
            network = self._opened()
        outputs = network.run(value)
        self._free.append(network)
        return outputs

    def close_unused(self) -> None:
        """As above, of this one."""
        self._free.clear()

    def _opened(self) -> _Opened:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  (a native library, for those who look)

        with quiet_stderr():
            network = Interpreter(model_content=self._content, num_threads=1)
            network.allocate_tensors()
        made = tuple(each["index"] for each in network.get_output_details())
        return _Opened(network, network.get_input_details()[0]["index"], made)
