"""Forms of certification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import (
    URL,
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from learnenv.areas.certification.models import Kind, Outcome, Verdict
from learnenv.areas.certification.services.parties import PartyFacts
from learnenv.kernel.forms import BaseForm, SelectChoice
from learnenv.kernel.taxonomy import REGIONS, THEMES

REASON = [DataRequired(_l("Say why.")), Length(max=2000)]


class ChecksField(SelectMultipleField):
    """Several choices as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def choices_of(values: dict[str, Any]) -> list[SelectChoice]:
    """Return what a list offers, from names by key."""
    return [SelectChoice(key, name) for key, name in values.items()]


KIND_NAMES = {
    Kind.ADVISER: _l("Adviser"),
    Kind.AGENCY: _l("Agency"),
    Kind.INSTITUTE: _l("Institute"),
    Kind.TRAINING: _l("Training"),
}


class PartyForm(BaseForm):
    """What is known of an adviser, agency, institute or training."""

    name = StringField(
        _l("Name"),
        description=_l("As it will stand on the certificate and in the register."),
        validators=[DataRequired(_l("Give a name.")), Length(max=200)],
    )
    email = StringField(
        _l("E-mail address"),
        validators=[
            Optional(),
            Email(_l("Enter a valid e-mail address, such as name@organisation.nl.")),
            Length(max=320),
        ],
    )
    website = StringField(
        _l("Website"),
        validators=[
            Optional(),
            URL(message=_l("Begin the address with https://.")),
            Length(max=300),
        ],
    )
    region = SelectField(_l("Region"), choices=choices_of(REGIONS))
    themes = ChecksField(_l("Themes"), choices=choices_of(THEMES), validators=[Optional()])

    def facts(self, kind: Kind, **more: Any) -> PartyFacts:
        """Return what was filled in."""
        return PartyFacts(
            kind=kind,
            name=self.name.data or "",
            email=self.email.data or "",
            website=self.website.data or "",
            region=self.region.data or "landelijk",
            themes=tuple(self.themes.data or ()),
            **more,
        )


class InventoryForm(PartyForm):
    """The same, for somebody who did not apply yet."""

    kind = SelectField(_l("Kind"), choices=choices_of({k.value: v for k, v in KIND_NAMES.items()}))


class CsvForm(BaseForm):
    """A file with known parties."""

    file = FileField(
        _l("CSV file"),
        description=_l("Columns: soort, naam, e-mail, website, regio, thema's. 1 MB at most."),
    )


class EvidenceForm(BaseForm):
    """A piece of evidence."""

    key = SelectField(_l("What does it show?"))
    file = FileField(_l("File"), description=_l("PDF, PNG, JPEG, DOCX or ODT, 10 MB at most."))
    link = StringField(
        _l("Or a link"), validators=[Optional(), Length(max=500)], render_kw={"type": "url"}
    )
    issued_on = DateField(_l("Date on the document"), validators=[Optional()])
    expires_on = DateField(_l("Valid until"), validators=[Optional()])

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key.choices = [SelectChoice(*pair) for pair in kinds]


class ColleagueForm(BaseForm):
    """The address of a colleague."""

    email = StringField(
        _l("E-mail address"),
        validators=[
            DataRequired(_l("Give an address.")),
            Email(_l("Enter a valid e-mail address, such as name@organisation.nl.")),
            Length(max=320),
        ],
    )


class HandInForm(BaseForm):
    """The statement of truth."""

    agrees = BooleanField(
        _l("I agree with this statement"), validators=[DataRequired(_l("Agree first."))]
    )


class ReasonForm(BaseForm):
    """A reason."""

    reason = TextAreaField(_l("Reason"), validators=REASON, render_kw={"rows": 3})


class TextForm(BaseForm):
    """A text; the page says which."""

    text = TextAreaField(
        _l("Text"),
        validators=[DataRequired(_l("Write something.")), Length(max=6000)],
        render_kw={"rows": 5},
    )

    def __init__(self, *args: Any, label: Any = None, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label is not None:
            self.text.label.text = label
        self.text.description = hint


class NoteForm(BaseForm):
    """A note that may stay empty."""

    text = TextAreaField(
        _l("Note for the file"),
        description=_l("How did you judge what stood on amber?"),
        validators=[Optional(), Length(max=3000)],
        render_kw={"rows": 3},
    )


class DeclareForm(BaseForm):
    """The declaration of independence of an assessor."""

    independent = RadioField(
        _l("Are you independent of this applicant?"),
        choices=[
            SelectChoice("yes", _l("Yes: I have no tie with this applicant")),
            SelectChoice("no", _l("No: something stands in the way")),
        ],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    text = TextAreaField(
        _l("What stands in the way?"),
        validators=[Optional(), Length(max=3000)],
        render_kw={"rows": 2},
    )


class ScoreForm(BaseForm):
    """The level on one criterion."""

    level = RadioField(_l("Level"), coerce=int, validators=[InputRequired(_l("Choose a level."))])
    note = TextAreaField(
        _l("Why this level?"),
        description=_l("Needed before you hand your scores in."),
        validators=[Length(max=3000)],
        render_kw={"rows": 3},
    )

    def __init__(self, *args: Any, levels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [
            SelectChoice(place, f"{place}. {text}") for place, text in enumerate(levels, 1)
        ]


class OfferForm(BaseForm):
    """A time for an interview."""

    starts_at = DateTimeLocalField(
        _l("Begin"), validators=[InputRequired(_l("Choose a time to come."))]
    )
    minutes = IntegerField(
        _l("Minutes"),
        default=60,
        validators=[NumberRange(15, 240, _l("Choose 15 to 240 minutes."))],
    )
    place = StringField(
        _l("Place or link"), validators=[DataRequired(_l("Say where.")), Length(max=300)]
    )


class AwayForm(BaseForm):
    """Time that an assessor is not there."""

    starts_at = DateTimeLocalField(
        _l("Not there from"), validators=[InputRequired(_l("Choose a time."))]
    )
    hours = IntegerField(
        _l("Hours"), default=4, validators=[NumberRange(1, 24, _l("Choose 1 to 24 hours."))]
    )


class AssignForm(BaseForm):
    """The assessors to ask."""

    assessors = ChecksField(_l("Assessors to ask"), coerce=int, validators=[Optional()])

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assessors.choices = [SelectChoice(*pair) for pair in people]


class PersonForm(BaseForm):
    """One person out of a list."""

    person = SelectField(_l("Person"), coerce=int)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person.choices = [SelectChoice(*pair) for pair in people]


OUTCOMES = [
    SelectChoice(Outcome.GRANTED.value, _l("Grant")),
    SelectChoice(Outcome.CONDITIONS.value, _l("Grant with conditions")),
    SelectChoice(Outcome.REFUSED.value, _l("Refuse")),
]


class DecisionForm(BaseForm):
    """A decision."""

    outcome = RadioField(
        _l("Decision"), choices=OUTCOMES, validators=[InputRequired(_l("Choose an outcome."))]
    )
    grounds = TextAreaField(
        _l("Grounds"),
        description=_l("They stand in the letter. Name the criteria that made the difference."),
        validators=[DataRequired(_l("Write the grounds of the decision.")), Length(max=8000)],
        render_kw={"rows": 6},
    )
    conditions = TextAreaField(
        _l("Conditions"),
        description=_l("Only when you grant with conditions."),
        validators=[Optional(), Length(max=8000)],
        render_kw={"rows": 3},
    )


class ObjectionForm(BaseForm):
    """The decision on an objection."""

    verdict = RadioField(
        _l("The objection is"),
        choices=[
            SelectChoice(Verdict.FOUNDED.value, _l("Founded: the decision changes")),
            SelectChoice(Verdict.UNFOUNDED.value, _l("Unfounded: the decision stays")),
            SelectChoice(Verdict.INADMISSIBLE.value, _l("Inadmissible, for example too late")),
        ],
        validators=[InputRequired(_l("Choose an outcome."))],
    )
    outcome = RadioField(
        _l("The new decision, when founded"), choices=OUTCOMES[:2], validators=[Optional()]
    )
    hearing = TextAreaField(
        _l("Hearing"),
        description=_l("What was said, or why there was no hearing."),
        validators=[DataRequired(_l("Write about the hearing.")), Length(max=8000)],
        render_kw={"rows": 3},
    )
    grounds = TextAreaField(
        _l("Grounds"),
        validators=[DataRequired(_l("Write the grounds of the decision.")), Length(max=8000)],
        render_kw={"rows": 5},
    )
    conditions = TextAreaField(
        _l("Conditions"), validators=[Optional(), Length(max=8000)], render_kw={"rows": 2}
    )


class AnswerQuestionForm(BaseForm):
    """The public answer to a question about a scheme."""

    shown_text = TextAreaField(
        _l("The question as everybody will read it"),
        description=_l("Take out what tells who asks."),
        validators=[DataRequired(_l("Write the question.")), Length(max=2000)],
        render_kw={"rows": 3},
    )
    answer = TextAreaField(
        _l("Answer"),
        validators=[DataRequired(_l("Write an answer.")), Length(max=6000)],
        render_kw={"rows": 4},
    )


class AssessorForm(BaseForm):
    """What an assessor knows and can take."""

    kinds = ChecksField(
        _l("Kinds of applications"), choices=choices_of({k.value: v for k, v in KIND_NAMES.items()})
    )
    themes = ChecksField(_l("Themes"), choices=choices_of(THEMES))
    most = IntegerField(
        _l("Dossiers at the same time"),
        validators=[NumberRange(1, 20, _l("Choose 1 to 20."))],
    )
    is_available = BooleanField(_l("Available for new dossiers"))


class RelationForm(BaseForm):
    """A tie between an assessor and an applicant."""

    kind = SelectField(
        _l("What is it?"),
        choices=[
            SelectChoice("trainer", _l("Trained somebody of them")),
            SelectChoice("pupil", _l("Was trained by them")),
            SelectChoice("reviewer", _l("Reviewed them")),
            SelectChoice("business", _l("Did business with them")),
            SelectChoice("private", _l("Knows them privately")),
        ],
    )
    person = SelectField(_l("Assessor or decision maker"), coerce=int)
    until = DateField(
        _l("Until"),
        description=_l("Leave empty when it goes on. It counts for three years after."),
        validators=[Optional()],
    )
    note = StringField(_l("Remark"), validators=[Optional(), Length(max=300)])

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person.choices = [SelectChoice(*pair) for pair in people]


class ScopeForm(BaseForm):
    """A smaller scope."""

    themes = ChecksField(_l("Themes that stay"))
    reason = TextAreaField(_l("Reason"), validators=REASON, render_kw={"rows": 3})

    def __init__(self, *args: Any, themes: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes.choices = [SelectChoice(*pair) for pair in themes]
