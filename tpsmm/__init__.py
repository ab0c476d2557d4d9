"""The neural model: a PyTorch library of its own that knows nothing of the rest."""
