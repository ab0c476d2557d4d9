from __future__ import annotations

import pytest
import torch

from networks.fourier import FourierConv3d


@pytest.mark.parametrize(("size", "shape"), [(7, (4, 32, 16)), (5, (1, 16, 16)), (9, (3, 16, 48)), (7, (2, 20, 16))])
def test_it_is_the_convolution(size: int, shape: tuple[int, int, int]) -> None:
    generator = torch.Generator().manual_seed(size)
    layer = FourierConv3d(6, 3, size).requires_grad_(False)
    x = torch.randn(2, 6, *shape, generator=generator)
    wanted = layer(x)
    layer.fold()
    found = layer(x)
    assert torch.allclose(found, wanted, atol=1e-5)
    assert torch.equal(layer(x[1:])[0], found[1])
