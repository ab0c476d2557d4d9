"""A portrait that moves with a camera or a clip while it is filmed: frames in, pictures out, none of them waits."""
