"""Manifests to start from, configs of networks, checkpoints that come with Duet: a package, so that it is installed."""
