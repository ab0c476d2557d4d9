"""What a file says of where it comes from."""
