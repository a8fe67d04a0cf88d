"""Forms of learning."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from courses.outline import Lesson
from learnenv.kernel.forms import BaseForm, SelectChoice

STARS = [
    SelectChoice("5", _l("Very useful")),
    SelectChoice("4", _l("Useful")),
    SelectChoice("3", _l("Neutral")),
    SelectChoice("2", _l("Hardly useful")),
    SelectChoice("1", _l("Not useful")),
]


class EvaluationForm(BaseForm):
    """An anonymous opinion about a course (b17)."""

    stars = RadioField(
        _l("How useful is this course for your work?"),
        choices=STARS,
        validators=[InputRequired(_l("Choose one of the answers."))],
    )
    useful = TextAreaField(
        _l("What will you do differently?"), validators=[Optional(), Length(max=4000)]
    )
    missing = TextAreaField(
        _l("What did you miss, or what can be better?"), validators=[Optional(), Length(max=4000)]
    )


class DeclineForm(BaseForm):
    """Say no to a request."""

    reason = TextAreaField(
        _l("Why not?"),
        description=_l("Your colleague reads this."),
        validators=[InputRequired(_l("Say why: your colleague reads it.")), Length(max=1000)],
        render_kw={"rows": 3},
    )


class BlockForm(BaseForm):
    """Switches and settings of one block type of others."""

    on = BooleanField(_l("On for the whole site"))
    off_for = SelectMultipleField(
        _l("Off for these organisations"), coerce=int, validators=[Optional()]
    )
    hosts = TextAreaField(
        _l("Other hosts it may load from"),
        description=_l("One on each line, such as https://cdn.example.nl. Empty: none."),
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    settings = TextAreaField(
        _l("Settings, as JSON"),
        description=_l("What the maker of the block calls its settings bucket."),
        validators=[Optional(), Length(max=10_000)],
        render_kw={"rows": 4, "spellcheck": "false"},
    )

    def __init__(self, *args: Any, organisations: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.off_for.choices = [SelectChoice(*pair) for pair in organisations]


class OverrideForm(BaseForm):
    """Count a lesson as done for somebody."""

    lesson = SelectField(_l("Lesson"))
    reason = TextAreaField(
        _l("Why?"),
        description=_l("The learner reads your name and this reason."),
        validators=[InputRequired(_l("Say why: the learner reads it.")), Length(max=1000)],
        render_kw={"rows": 3},
    )

    def offer(self, lessons: list[Lesson]) -> None:
        """Offer these lessons."""
        self.lesson.choices = [SelectChoice(lesson.id, lesson.title) for lesson in lessons]


class GradeForm(BaseForm):
    """Grade an answer in the learner's own words."""

    percent = IntegerField(
        _l("Score, 0 to 100 percent"),
        validators=[
            InputRequired(_l("Give 0 to 100 percent.")),
            NumberRange(0, 100, _l("Give 0 to 100 percent.")),
        ],
        render_kw={"inputmode": "numeric", "min": 0, "max": 100},
    )
    comment = TextAreaField(
        _l("What do you say about it?"),
        description=_l("The learner reads this, not your name."),
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 4},
    )


class ImportForm(BaseForm):
    """A course to import."""

    package = FileField(
        _l("Course file (.zip or .tar.gz)"),
        validators=[FileRequired(_l("Choose a file."))],
        description=_l("OLX files, as this site and Open edX export them."),
    )
