"""The public verbs of learning: what the other parts may call."""

from courses.queries import CourseFacts, course_facts, course_titles

__all__ = ["CourseFacts", "course_facts", "course_titles"]
