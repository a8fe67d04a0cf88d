"""Learnenv: online learning for government."""

__version__ = "0.1.0"
