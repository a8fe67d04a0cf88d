"""The public verbs of learning: what the other parts may call."""

from courses.queries import (
    CourseFacts,
    course_facts,
    course_id,
    course_names,
    course_slug,
    course_titles,
    finished_courses,
    finished_enrolment,
    finished_of,
    finished_without,
)

__all__ = [
    "CourseFacts",
    "course_facts",
    "course_id",
    "course_names",
    "course_slug",
    "course_titles",
    "finished_courses",
    "finished_enrolment",
    "finished_of",
    "finished_without",
]
