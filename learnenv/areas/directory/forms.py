"""Forms of the Gouden Gids."""

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
    Regexp,
)

from learnenv.areas.directory import words
from learnenv.areas.directory.models import CRITERIA
from learnenv.areas.directory.services.offerings import Facts, When
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel.clock import AMSTERDAM
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.forms import BaseForm, SelectChoice
from learnenv.kernel.taxonomy import REGIONS, THEMES

YEARS = range(2000, 2200)
ADDRESS = Email(_l("Enter a valid e-mail address, such as name@organisation.nl."))


class ChecksField(SelectMultipleField):
    """Several choices as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


def choices_of(values: dict[str, Any]) -> list[SelectChoice]:
    """Return what a list offers, from names by key."""
    return [SelectChoice(key, name) for key, name in values.items()]


def lines_of(text: str | None) -> tuple[str, ...]:
    """Return the lines of a text, each trimmed, without empty ones."""
    return tuple(" ".join(line.split()) for line in (text or "").splitlines() if line.strip())


def moment_of(value: Any, field: str) -> Any:
    """Return what was filled in as a moment on the clock of Amsterdam."""
    if value.year not in YEARS:
        raise InvalidInputError(_l("Choose a time to come."), field=field)
    return value.replace(tzinfo=AMSTERDAM)


class NewProviderForm(BaseForm):
    """The beginning of a profile."""

    kind = RadioField(
        _l("What are you?"),
        choices=choices_of(words.KINDS),
        validators=[InputRequired(_l("Choose a kind."))],
    )
    name = StringField(
        _l("Name"),
        description=_l("As visitors see it."),
        validators=[DataRequired(_l("Give a name.")), Length(max=200)],
    )
    summary = StringField(
        _l("Summary"),
        description=_l("One sentence: what do you do, for whom?"),
        validators=[DataRequired(_l("Write a summary.")), Length(max=300)],
    )


class ProfileForm(BaseForm):
    """The profile of a provider."""

    name = StringField(
        _l("Name"),
        description=_l("A change of name, kind or website shows after a moderator has looked."),
        validators=[DataRequired(_l("Give a name.")), Length(max=200)],
    )
    kind = SelectField(_l("Kind"), choices=choices_of(words.KINDS))
    summary = StringField(
        _l("Summary"),
        description=_l("One sentence: what do you do, for whom?"),
        validators=[DataRequired(_l("Write a summary.")), Length(max=300)],
    )
    about = TextAreaField(
        _l("How you work"),
        validators=[Optional(), Length(max=5000)],
        render_kw={"rows": 8},
    )
    themes = ChecksField(_l("Themes"), choices=choices_of(THEMES), validators=[Optional()])
    region = SelectField(_l("Region where you work"), choices=choices_of(REGIONS))
    place = StringField(
        _l("Town or village"),
        description=_l("For who looks near a place, such as Zwolle."),
        validators=[Optional(), Length(max=100)],
        render_kw={"list": "plaatsen"},
    )
    website = StringField(
        _l("Website"),
        validators=[Optional(), URL(message=_l("Begin the address with https://.")),
                    Length(max=300)],
    )  # fmt: skip
    email = StringField(_l("E-mail address"), validators=[Optional(), ADDRESS, Length(max=320)])
    phone = StringField(
        _l("Telephone"),
        validators=[
            Optional(), Length(max=40),
            Regexp(r"^[0-9+() .\-]+$", message=_l("Use digits, spaces, + and - only.")),
        ],
        render_kw={"type": "tel"},
    )  # fmt: skip
    day_rate = IntegerField(
        _l("Price of a day of advice, in euros without VAT"),
        validators=[Optional(), NumberRange(0, 100_000, _l("Give an amount in whole euros."))],
    )
    days_free = IntegerField(
        _l("Days a month that you have room for new work"),
        description=_l("Organisations with a pilot project see this."),
        validators=[Optional(), NumberRange(0, 31, _l("Give a number from 0 to 31."))],
    )

    def profile(self) -> Profile:
        """Return what was filled in."""
        return Profile(
            kind=self.kind.data or "", name=self.name.data or "", summary=self.summary.data or "",
            about=self.about.data or "", website=self.website.data or "",
            email=self.email.data or "", phone=self.phone.data or "",
            region=self.region.data or "landelijk", place=self.place.data or "",
            themes=tuple(self.themes.data or ()), day_rate=self.day_rate.data,
            days_free=self.days_free.data,
        )  # fmt: skip


class OfferingForm(BaseForm):
    """A training."""

    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give a title.")), Length(max=200)]
    )
    summary = StringField(
        _l("Summary"),
        description=_l("One sentence for the list of results."),
        validators=[Optional(), Length(max=300)],
    )
    goals = TextAreaField(
        _l("Goals"),
        description=_l("What can somebody do afterwards? One goal on each line."),
        validators=[Optional(), Length(max=3000)],
        render_kw={"rows": 4},
    )
    about = TextAreaField(
        _l("Content"), validators=[Optional(), Length(max=8000)], render_kw={"rows": 6}
    )
    themes = ChecksField(_l("Themes"), choices=choices_of(THEMES), validators=[Optional()])
    form = SelectField(_l("Form"), choices=choices_of(words.FORMS))
    level = SelectField(_l("Level"), choices=choices_of(words.LEVELS))
    language = SelectField(_l("Language"), choices=choices_of(words.LANGUAGES))
    minutes = IntegerField(
        _l("Study load in minutes"),
        description=_l("Everything together, preparation too. A day is 480."),
        validators=[Optional(), NumberRange(0, 100_000, _l("Give a number of minutes."))],
    )
    price = IntegerField(
        _l("Price per person, in euros without VAT"),
        description=_l("0 for free. Leave it empty for a price on request."),
        validators=[Optional(), NumberRange(0, 900_000, _l("Give an amount in whole euros."))],
    )
    covers = StringField(
        _l("What the price covers"),
        description=_l("Such as material, lunch or an exam."),
        validators=[Optional(), Length(max=300)],
    )
    terms = TextAreaField(
        _l("Terms of cancellation"),
        description=_l("Shown before somebody books."),
        validators=[Optional(), Length(max=3000)],
        render_kw={"rows": 3},
    )
    accessibility = TextAreaField(
        _l("Accessibility"),
        description=_l("Such as steps, induction loop, captions, material for screen readers."),
        validators=[Optional(), Length(max=3000)],
        render_kw={"rows": 3},
    )
    course = StringField(
        _l("Course of this site"),
        description=_l("Only when this is a course of this site: the last part of its address."),
        validators=[Optional(), Length(max=120)],
    )
    is_published = BooleanField(_l("Visitors see this training"))

    def facts(self) -> Facts:
        """Return what was filled in."""
        return Facts(
            title=self.title.data or "", summary=self.summary.data or "",
            goals=lines_of(self.goals.data), about=self.about.data or "",
            form=self.form.data, level=self.level.data, language=self.language.data,
            minutes=self.minutes.data or 0, price=self.price.data, covers=self.covers.data or "",
            terms=self.terms.data or "", accessibility=self.accessibility.data or "",
            themes=tuple(self.themes.data or ()), course=self.course.data or "",
        )  # fmt: skip


class SessionForm(BaseForm):
    """When and where a training is given."""

    starts_at = DateTimeLocalField(
        _l("Begin"), validators=[InputRequired(_l("Choose a time to come."))]
    )
    ends_at = DateTimeLocalField(_l("End"), validators=[InputRequired(_l("Choose the end."))])
    place = StringField(
        _l("Town or village"),
        description=_l("Leave it empty for online."),
        validators=[Optional(), Length(max=100)],
        render_kw={"list": "plaatsen"},
    )
    address = StringField(_l("Address"), validators=[Optional(), Length(max=300)])
    link = StringField(
        _l("Link for online"),
        description=_l("Only who has a seat sees it."),
        validators=[Optional(), URL(message=_l("Begin the address with https://.")),
                    Length(max=500)],
    )  # fmt: skip
    seats = IntegerField(
        _l("Seats"),
        validators=[
            InputRequired(_l("Give a number from 1 to 5000.")),
            NumberRange(1, 5000, _l("Give a number from 1 to 5000.")),
        ],
    )
    on_request = BooleanField(_l("I say yes to each participant first"))

    def when(self) -> When:
        """Return what was filled in."""
        return When(
            starts_at=moment_of(self.starts_at.data, "starts_at"),
            ends_at=moment_of(self.ends_at.data, "ends_at"),
            place=self.place.data or "", address=self.address.data or "",
            link=self.link.data or "", seats=self.seats.data or 0,
            on_request=bool(self.on_request.data),
        )  # fmt: skip


class SeatsForm(BaseForm):
    """Another number of seats."""

    seats = IntegerField(
        _l("Seats"),
        validators=[
            InputRequired(_l("Give a number from 1 to 5000.")),
            NumberRange(1, 5000, _l("Give a number from 1 to 5000.")),
        ],
    )


class BookForm(BaseForm):
    """A seat."""

    needs = TextAreaField(
        _l("What do you need to take part?"),
        description=_l(
            "Such as an interpreter or a place near the door. Only the organiser reads it, and"
            " it is removed 30 days after the training."
        ),
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 2},
    )
    agrees = BooleanField(
        _l("I agree with the terms"), validators=[DataRequired(_l("Agree with the terms first."))]
    )


class EmailForm(BaseForm):
    """The address of a colleague."""

    email = StringField(
        _l("E-mail address"),
        validators=[DataRequired(_l("Give an address.")), ADDRESS, Length(max=320)],
    )


class TextForm(BaseForm):
    """A text; the page says which."""

    text = TextAreaField(
        _l("Text"),
        validators=[DataRequired(_l("Write something.")), Length(max=4000)],
        render_kw={"rows": 4},
    )

    def __init__(self, *args: Any, label: Any = None, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label is not None:
            self.text.label.text = label
        self.text.description = hint


class ReasonForm(BaseForm):
    """A reason."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[DataRequired(_l("Say why.")), Length(max=2000)],
        render_kw={"rows": 2},
    )


STARS = [SelectChoice(5, "5"), SelectChoice(4, "4"), SelectChoice(3, "3"), SelectChoice(2, "2"),
         SelectChoice(1, "1")]  # fmt: skip


def _score(key: str) -> RadioField:
    return RadioField(
        words.CRITERIA[key],
        coerce=int,
        choices=STARS,
        validators=[InputRequired(_l("Choose a score from 1 to 5."))],
    )


class ReviewForm(BaseForm):
    """A review."""

    content = _score("content")
    guidance = _score("guidance")
    use = _score("use")
    organisation = _score("organisation")
    text = TextAreaField(
        _l("What should others know?"),
        description=_l("20 to 4,000 characters. Name no people: visitors read this."),
        validators=[DataRequired(_l("Write something.")), Length(max=4000)],
        render_kw={"rows": 6},
    )
    honest = BooleanField(
        _l("I took part myself, this is my own opinion, and nobody paid me for it"),
        validators=[DataRequired(_l("Confirm this first."))],
    )

    def scores(self) -> dict[str, int]:
        """Return the score of each part."""
        return {key: int(self[key].data) for key in CRITERIA}


class AssignmentForm(BaseForm):
    """An assignment that a provider did."""

    title = StringField(
        _l("What was the assignment?"),
        validators=[DataRequired(_l("Name the assignment.")), Length(max=200)],
    )
    text = TextAreaField(
        _l("How can we see that it was done?"),
        description=_l(
            "Such as the number of the order, the period and who the contact was. Only the"
            " provider and a moderator read it."
        ),
        validators=[DataRequired(_l("Say how we can see it.")), Length(max=2000)],
        render_kw={"rows": 4},
    )


class NameForm(BaseForm):
    """A name."""

    name = StringField(
        _l("Name of the list"),
        validators=[DataRequired(_l("Give the list a name.")), Length(max=200)],
    )


class RequestForm(BaseForm):
    """The same questions to several providers."""

    kind = RadioField(
        _l("What do you ask?"),
        choices=choices_of(words.REQUESTS),
        validators=[InputRequired(_l("Choose what you ask."))],
    )
    title = StringField(
        _l("Title"), validators=[DataRequired(_l("Give a title.")), Length(max=200)]
    )
    about = TextAreaField(
        _l("What is it about?"),
        description=_l("Your organisation, the question behind it, numbers and dates."),
        validators=[DataRequired(_l("Write something.")), Length(max=5000)],
        render_kw={"rows": 5},
    )
    questions = TextAreaField(
        _l("Questions"),
        description=_l("One question on each line. Everybody gets the same ones."),
        validators=[DataRequired(_l("Ask at least one question.")), Length(max=5000)],
        render_kw={"rows": 5},
    )
    deadline_at = DateTimeLocalField(
        _l("Answers are in before"), validators=[InputRequired(_l("Choose a time to come."))]
    )
    providers = ChecksField(_l("To whom"), coerce=int, validators=[Optional()])

    def __init__(self, *args: Any, known: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers.choices = [SelectChoice(*pair) for pair in known]


class DeadlineForm(BaseForm):
    """A later deadline."""

    deadline_at = DateTimeLocalField(
        _l("New deadline"), validators=[InputRequired(_l("Choose a time to come."))]
    )


class LabelForm(BaseForm):
    """Whether an organisation has a contract with a provider."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    has_contract = RadioField(
        _l("Is there a contract?"),
        choices=[SelectChoice("ja", _l("Yes: order here")), SelectChoice("nee", _l("No contract"))],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    note = StringField(
        _l("Note for your people"),
        description=_l("Such as the number of the contract and how to order."),
        validators=[Optional(), Length(max=300)],
    )
    until = DateField(_l("Until"), validators=[Optional()])

    def __init__(self, *args: Any, places: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [SelectChoice(*pair) for pair in places]


class CsvForm(BaseForm):
    """A file with agencies and institutes."""

    file = FileField(
        _l("CSV file"),
        description=_l("Columns: soort, naam, website, regio, plaats, thema's. 1 MB at most."),
    )
