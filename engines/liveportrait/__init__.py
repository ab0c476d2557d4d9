"""LivePortrait as an engine: adapters around the library liveportrait/."""
