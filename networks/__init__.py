"""What the PyTorch networks share: blocks, grids, reference frames, kernels for CPUs. It knows none of them."""
