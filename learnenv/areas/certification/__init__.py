"""Certification of advisers, agencies, institutes and trainings, and the public register."""
