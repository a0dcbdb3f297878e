"""Replays what was recorded from a running Kazoo against the service."""
