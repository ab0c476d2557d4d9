"""Training: as the paper does it, and with landmarks as teachers. It knows tensors and arrays, not clips or faces."""
