"""Still pictures in and out, and resampling."""
