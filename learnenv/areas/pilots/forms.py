"""Forms of pilot projects."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    FloatField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from learnenv.areas.pilots import words
from learnenv.areas.pilots.models import CRITERIA
from learnenv.areas.pilots.services.posting import Draft
from learnenv.areas.pilots.services.running import Entry
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.forms import BaseForm, SelectChoice
from learnenv.kernel.taxonomy import REGIONS, THEMES

YEARS = range(2000, 2200)
EUROS = NumberRange(0, 10_000_000, _l("Give an amount in whole euros."))
DAYS = NumberRange(0, 3650, _l("Give a number of days."))


def choices_of(values: dict[str, Any]) -> list[SelectChoice]:
    """Return what a list offers, from names by key."""
    return [SelectChoice(key, name) for key, name in values.items()]


def day_of(value: Any, field: str) -> Any:
    """Return a day, or refuse one of another age: databases and clocks end."""
    if value.year not in YEARS:
        raise InvalidInputError(_l("Choose a day of this century."), field=field)
    return value


class PilotForm(BaseForm):
    """What an organisation wants to try, and what guidance it asks for."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give a title.")), Length(max=200)]
    )
    question = TextAreaField(
        _l("What do you want to try, and why?"),
        validators=[DataRequired(_l("Write what you want to try.")), Length(max=5000)],
        render_kw={"rows": 5},
    )
    help = TextAreaField(
        _l("What help do you look for?"),
        description=_l("Such as advice, a training for the team or somebody who works along."),
        validators=[DataRequired(_l("Write what help you look for.")), Length(max=3000)],
        render_kw={"rows": 3},
    )
    theme = SelectField(_l("Theme"), choices=choices_of(THEMES))
    region = SelectField(_l("Region"), choices=choices_of(REGIONS))
    starts_on = DateField(_l("Begin"), validators=[InputRequired(_l("Choose a day."))])
    ends_on = DateField(_l("End"), validators=[InputRequired(_l("Choose a day."))])
    budget = IntegerField(
        _l("Budget for guidance, in euros without VAT"),
        validators=[InputRequired(_l("Give an amount in whole euros.")), EUROS],
    )
    measure = StringField(
        _l("By what do you see whether it works?"),
        description=_l("One thing that you can count, such as questions a week."),
        validators=[DataRequired(_l("Name one thing to look at.")), Length(max=200)],
    )
    before = StringField(_l("How is that now?"), validators=[Optional(), Length(max=100)])
    needed_on = DateField(
        _l("Since when do you look for guidance?"),
        description=_l("From this day we count how long it takes to find it."),
        validators=[InputRequired(_l("Choose a day."))],
    )
    baseline_days = IntegerField(
        _l("How many days did finding guidance take before?"),
        description=_l("An estimate is good. The programme compares with it."),
        validators=[Optional(), DAYS],
    )
    baseline_euros = IntegerField(
        _l("What did such guidance cost before, in euros?"), validators=[Optional(), EUROS]
    )

    def draft(self) -> Draft:
        """Return what was filled in."""
        return Draft(
            title=self.title.data or "", question=self.question.data or "",
            help=self.help.data or "", theme=self.theme.data, region=self.region.data,
            starts_on=day_of(self.starts_on.data, "starts_on"),
            ends_on=day_of(self.ends_on.data, "ends_on"), budget=self.budget.data or 0,
            measure=self.measure.data or "", before=self.before.data or "",
            needed_on=day_of(self.needed_on.data, "needed_on"),
            baseline_days=self.baseline_days.data, baseline_euros=self.baseline_euros.data,
        )  # fmt: skip


class OfferForm(BaseForm):
    """What guidance offers."""

    approach = TextAreaField(
        _l("How would you do it?"),
        validators=[DataRequired(_l("Say how you would do it.")), Length(max=5000)],
        render_kw={"rows": 6},
    )
    price = IntegerField(
        _l("Price in euros, without VAT"),
        validators=[InputRequired(_l("Give an amount in whole euros.")), EUROS],
    )
    days = IntegerField(
        _l("Days of guidance for that price"),
        validators=[
            InputRequired(_l("Give a number of days.")),
            NumberRange(1, 1000, _l("Give a number of days.")),
        ],
    )


class ReasonForm(BaseForm):
    """A reason."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[DataRequired(_l("Say why.")), Length(max=2000)],
        render_kw={"rows": 2},
    )


class LogForm(BaseForm):
    """A line of the log."""

    day = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    text = TextAreaField(
        _l("What was done?"),
        validators=[DataRequired(_l("Write what was done.")), Length(max=2000)],
        render_kw={"rows": 2},
    )
    hours = FloatField(
        _l("Hours"),
        validators=[Optional(), NumberRange(0, 1000, _l("Give a number of hours."))],
    )
    euros = IntegerField(_l("Costs in euros"), validators=[Optional(), EUROS])

    def entry(self) -> Entry:
        """Return what was filled in."""
        return Entry(
            day=day_of(self.day.data, "day"), text=self.text.data or "",
            hours=float(self.hours.data or 0), euros=self.euros.data or 0,
        )  # fmt: skip


class CloseForm(BaseForm):
    """The result."""

    outcome = RadioField(
        _l("Did it work?"),
        choices=choices_of(words.OUTCOMES),
        validators=[InputRequired(_l("Choose an answer."))],
    )
    result = TextAreaField(
        _l("What came out of it?"),
        validators=[DataRequired(_l("Write what came out of it.")), Length(max=5000)],
        render_kw={"rows": 5},
    )
    lessons = TextAreaField(
        _l("What can others learn from it?"),
        validators=[DataRequired(_l("Write what others can learn.")), Length(max=5000)],
        render_kw={"rows": 4},
    )
    after = StringField(_l("How is the measure now?"), validators=[Optional(), Length(max=100)])


STARS = [SelectChoice(n, str(n)) for n in (5, 4, 3, 2, 1)]


def _score(key: str) -> RadioField:
    return RadioField(
        words.CRITERIA[key],
        coerce=int,
        choices=STARS,
        validators=[InputRequired(_l("Choose a score from 1 to 5."))],
    )


class OrganisationReviewForm(BaseForm):
    """How it was to work with the organisation."""

    question = _score("question")
    time = _score("time")
    use = _score("use")
    text = TextAreaField(
        _l("What should other guides know?"),
        description=_l("The organisation reads this too."),
        validators=[DataRequired(_l("Write something.")), Length(max=3000)],
        render_kw={"rows": 4},
    )

    def scores(self) -> dict[str, int]:
        """Return the score of each part."""
        return {key: int(self[key].data) for key in CRITERIA}


class FollowUpForm(BaseForm):
    """What is left after six months."""

    in_use = RadioField(
        _l("Is it still used?"),
        choices=choices_of(words.OUTCOMES),
        validators=[InputRequired(_l("Choose an answer."))],
    )
    now = StringField(_l("How is the measure now?"), validators=[Optional(), Length(max=100)])
    story = TextAreaField(
        _l("What did you find, and whom did you ask?"),
        description=_l("Name functions, no people."),
        validators=[DataRequired(_l("Tell what you found.")), Length(max=5000)],
        render_kw={"rows": 6},
    )
