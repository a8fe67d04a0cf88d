"""Forms of learning."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

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


class ImportForm(BaseForm):
    """A course to import."""

    package = FileField(
        _l("Course file (.zip or .tar.gz)"),
        validators=[FileRequired(_l("Choose a file."))],
        description=_l("OLX files, as this site and Open edX export them."),
    )
