"""The desk: a page in the browser where music videos are watched and judged. It draws; commands do the work."""
