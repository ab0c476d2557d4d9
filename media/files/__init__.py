"""What is true of every media file: where it may lie, how it is opened, what its container and packets tell."""
