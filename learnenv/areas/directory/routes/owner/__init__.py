"""What a provider keeps itself: profile, people, trainings, sessions, answers."""

from learnenv.areas.directory.routes.owner import answers, people, profile, sessions, trainings

__all__ = ["answers", "people", "profile", "sessions", "trainings"]
