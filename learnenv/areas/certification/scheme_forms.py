"""Forms with which an administrator edits a scheme."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from learnenv.areas.certification.forms import ChecksField, choices_of
from learnenv.areas.certification.rules import INTERVIEWS, QUESTION_KINDS, RULE_KINDS
from learnenv.kernel.forms import BaseForm, SelectChoice

QUESTION_NAMES = dict(
    zip(
        QUESTION_KINDS,
        (
            _l("Short text"), _l("Long text"), _l("Number"), _l("Yes or no"),
            _l("Choice from a list"), _l("Web address"),
        ),
        strict=True,
    )
)  # fmt: skip
RULE_NAMES = dict(
    zip(
        RULE_KINDS,
        (
            _l("A number of at least"), _l("The answer is yes"), _l("Certificate of a course"),
            _l("Valid evidence"),
        ),
        strict=True,
    )
)  # fmt: skip


class SchemeForm(BaseForm):
    """The general part of a scheme."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give a title.")), Length(max=120)]
    )
    summary = TextAreaField(
        _l("Summary"), validators=[DataRequired(_l("Write something.")), Length(max=1000)]
    )
    statement = TextAreaField(
        _l("Statement of truth"),
        validators=[DataRequired(_l("Write something.")), Length(max=2000)],
    )
    assessors = IntegerField(_l("Assessors"), validators=[NumberRange(2, 5, _l("Choose 2 to 5."))])
    months_valid = IntegerField(
        _l("Months valid"), validators=[NumberRange(1, 120, _l("Choose 1 to 120."))]
    )
    interview = SelectField(
        _l("Interview"),
        choices=[
            SelectChoice(INTERVIEWS[0], _l("Required")),
            SelectChoice(INTERVIEWS[1], _l("Optional")),
            SelectChoice(INTERVIEWS[2], _l("None")),
        ],
    )
    blind = BooleanField(_l("Blind: assessors do not see who applies"))
    least_percent = IntegerField(
        _l("Least score in percent"), validators=[NumberRange(0, 100, _l("Choose 0 to 100."))]
    )
    least_level = IntegerField(
        _l("Least level on each criterion"), validators=[NumberRange(1, 4, _l("Choose 1 to 4."))]
    )
    spread = IntegerField(
        _l("Levels apart that ask for a third assessor"),
        validators=[NumberRange(1, 3, _l("Choose 1 to 3."))],
    )
    screening = IntegerField(_l("Days for screening"))
    answer = IntegerField(_l("Days for an answer of the applicant"))
    assigning = IntegerField(_l("Days for choosing assessors"))
    assessing = IntegerField(_l("Days for assessing"))
    advice = IntegerField(_l("Days for the advice"))
    decision = IntegerField(_l("Days for the decision"))
    declaration_months = IntegerField(
        _l("Months between self-declarations"),
        validators=[NumberRange(0, 60, _l("Choose 0 to 60."))],
    )
    renewal_window_days = IntegerField(
        _l("Days before the end that renewal opens"),
        validators=[NumberRange(1, 1000, _l("Choose 1 to 1000."))],
    )
    renewal_points = IntegerField(
        _l("Points for the short renewal"),
        validators=[NumberRange(0, 1000, _l("Choose 0 to 1000."))],
    )
    points_course = IntegerField(_l("Points for a course"), validators=[Optional()])
    points_meeting = IntegerField(_l("Points for a meeting"), validators=[Optional()])
    points_pilot = IntegerField(_l("Points for a pilot project"), validators=[Optional()])


class PartForm(BaseForm):
    """What each part of a scheme has."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give a title.")), Length(max=300)]
    )


class CriterionForm(PartForm):
    """A criterion with its levels."""

    text = TextAreaField(_l("What is assessed"), validators=[Length(max=2000)])
    weight = IntegerField(
        _l("Weight"),
        description=_l("All weights together are 100."),
        validators=[NumberRange(1, 100, _l("Choose 1 to 100."))],
    )
    level_1 = TextAreaField(_l("Level 1"), validators=[Length(max=1000)])
    level_2 = TextAreaField(_l("Level 2"), validators=[Length(max=1000)])
    level_3 = TextAreaField(_l("Level 3"), validators=[Length(max=1000)])
    level_4 = TextAreaField(_l("Level 4"), validators=[Length(max=1000)])
    evidence = ChecksField(_l("Evidence that belongs to it"))
    questions = ChecksField(_l("Answers that belong to it"))


class EvidenceRuleForm(PartForm):
    """A piece of evidence that is asked."""

    hint = TextAreaField(_l("Explanation"), validators=[Optional(), Length(max=1000)])
    required = BooleanField(_l("Required"))
    needs_expiry = BooleanField(_l("It has an end date"))
    months_valid = IntegerField(
        _l("Months after the date of issue"),
        description=_l("0 when the end date itself is given."),
        validators=[NumberRange(0, 120, _l("Choose 0 to 120."))],
    )


class QuestionRuleForm(PartForm):
    """A question to the applicant."""

    group = StringField(_l("Page"), validators=[Optional(), Length(max=120)])
    hint = TextAreaField(_l("Explanation"), validators=[Optional(), Length(max=1000)])
    kind = SelectField(_l("Kind"), choices=choices_of(QUESTION_NAMES))
    options = TextAreaField(
        _l("Options, one on each line"), validators=[Optional(), Length(max=2000)]
    )
    required = BooleanField(_l("Required"))
    reusable = BooleanField(_l("Taken over in a next application"))
    identifying = BooleanField(_l("Tells who applies"))


class EntryRuleForm(PartForm):
    """An entry rule."""

    rule = SelectField(_l("Kind"), choices=choices_of(RULE_NAMES))
    question = SelectField(_l("About the answer to"))
    green = IntegerField(_l("Green from"), validators=[Optional()])
    amber = IntegerField(_l("Amber from"), validators=[Optional()])
    amber_on_no = BooleanField(_l("A no goes to a person, and is not refused"))
    course = StringField(_l("Course (its address)"), validators=[Optional(), Length(max=120)])
    exempt = TextAreaField(
        _l("Marks that exempt, one on each line"), validators=[Optional(), Length(max=1000)]
    )
    evidence = SelectField(_l("About this evidence"))
