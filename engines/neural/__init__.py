"""What engines with a published network share: settings, checkpoints, pictures to tensors and back, rendering."""
