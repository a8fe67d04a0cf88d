"""Verbs of pilot projects."""
