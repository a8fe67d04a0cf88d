"""Pilot projects: an organisation finds certified guidance, tries, and shows the result."""
