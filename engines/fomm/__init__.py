"""The First Order Motion Model as an engine: adapters around the library fomm/."""
