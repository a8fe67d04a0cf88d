"""Forms of certificates."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional

from certificates.services.templates import Look
from learnenv.kernel.forms import BaseForm, SelectChoice


class ReasonForm(BaseForm):
    """Why the state of a certificate changes."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("Kept with the certificate. The public page shows only the new state."),
        validators=[InputRequired(_l("Say why.")), Length(max=1000)],
        render_kw={"rows": 4},
    )


class ReplaceForm(BaseForm):
    """The right name, and why."""

    holder_name = StringField(
        _l("Right name"),
        description=_l("As it is printed on the new certificate."),
        validators=[InputRequired(_l("Write the right name.")), Length(max=200)],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("For example: name after marriage, a typing error."),
        validators=[InputRequired(_l("Say why.")), Length(max=1000)],
        render_kw={"rows": 3},
    )


class ZipForm(BaseForm):
    """Ask for a zip with the documents of others."""

    reason = TextAreaField(
        _l("What do you need these files for?"),
        description=_l("Kept in the log: these are documents of other people."),
        validators=[DataRequired(_l("Say why.")), Length(max=500)],
        render_kw={"rows": 2},
    )


class TemplateForm(BaseForm):
    """A version of a template."""

    statement_nl = StringField(
        _l("Words before the title, Dutch"),
        description=_l("Empty: “voor het met goed gevolg afronden van”."),
        validators=[Optional(), Length(max=200)],
    )
    statement_en = StringField(
        _l("Words before the title, English"),
        description=_l("Empty: “for successfully completing”."),
        validators=[Optional(), Length(max=200)],
    )
    issuer = StringField(
        _l("Issued by"),
        description=_l("Empty: the name of this site."),
        validators=[Optional(), Length(max=200)],
    )
    signatory_name = StringField(_l("Name of who signs"), validators=[Optional(), Length(max=200)])
    signatory_role_nl = StringField(
        _l("Function of who signs, Dutch"), validators=[Optional(), Length(max=200)]
    )
    signatory_role_en = StringField(
        _l("Function of who signs, English"), validators=[Optional(), Length(max=200)]
    )
    assessed_nl = TextAreaField(
        _l("How it was assessed, Dutch"),
        description=_l("Empty: what follows from the course."),
        validators=[Optional(), Length(max=600)],
        render_kw={"rows": 3},
    )
    assessed_en = TextAreaField(
        _l("How it was assessed, English"),
        validators=[Optional(), Length(max=600)],
        render_kw={"rows": 3},
    )
    months_valid = IntegerField(
        _l("Months valid"),
        description=_l("Empty: no end date."),
        validators=[Optional(), NumberRange(1, 240, _l("Give 1 to 240 months."))],
    )
    eqf = IntegerField(
        _l("EQF level"),
        description=_l("1 to 8, in the digital proof."),
        validators=[Optional(), NumberRange(1, 8, _l("Give a level from 1 to 8."))],
    )
    nlqf = StringField(
        _l("NLQF level"),
        description=_l("Such as 4 or 4+."),
        validators=[Optional(), Length(max=20)],
    )
    quality_name = StringField(
        _l("Quality mark or framework"), validators=[Optional(), Length(max=200)]
    )
    quality_url = StringField(
        _l("Address of the quality framework"),
        validators=[Optional(), URL(message=_l("Give a whole address.")), Length(max=300)],
    )
    logo = FileField(
        _l("Logo (PNG or JPEG)"), description=_l("2 MB at most. Empty: the logo stays as it is.")
    )
    no_logo = BooleanField(_l("Without a logo"))
    courses = SelectMultipleField(
        _l("Courses that use this template"), coerce=int, validators=[Optional()]
    )

    def __init__(self, *args: Any, courses: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses.choices = [SelectChoice(*pair) for pair in courses]

    def look(self, logo: bytes | None) -> Look:
        """Return what was filled in."""
        text = {
            name: " ".join((getattr(self, name).data or "").split())
            for name in (
                "statement_nl", "statement_en", "issuer", "signatory_name", "signatory_role_nl",
                "signatory_role_en", "assessed_nl", "assessed_en", "nlqf", "quality_name",
                "quality_url",
            )
        }  # fmt: skip
        return Look(**text, months_valid=self.months_valid.data, eqf=self.eqf.data, logo=logo)
