"""Media in and out: probing, decoding, encoding, pictures and sound. ffmpeg and PyAV live here and nowhere else."""
