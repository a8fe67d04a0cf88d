"""Forms of accounts: they check the shape; the services check the rules."""

from collections.abc import Callable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import (
    URL,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from learnenv.accounts.models import Organisation, Tier
from learnenv.accounts.organisations import organisation_by_code
from learnenv.accounts.passwords import check_strength
from learnenv.accounts.services import normal_email
from learnenv.kernel.accessibility import STATUS_NAMES
from learnenv.kernel.errors import DomainError
from learnenv.kernel.forms import BaseForm, SelectChoice
from learnenv.kernel.i18n import LANGUAGES
from learnenv.kernel.i18n import lazy_gettext as _
from learnenv.kernel.permissions import ROLE_NAMES, Role
from learnenv.kernel.slots import collect

Choices = list[tuple[str, str]]
NO_CHOICE = SelectChoice("", _("- none -"))
STAFF_ROLES = [SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()][1:]
TIER_NAMES = {
    Tier.STATE: _("Central government"),
    Tier.PROVINCE: _("Province"),
    Tier.MUNICIPALITY: _("Municipality"),
    Tier.WATER_BOARD: _("Water board"),
    Tier.AGENCY: _("Executive agency"),
    Tier.JOINT: _("Joint arrangement"),
    Tier.EXTERNAL: _("Not a government organisation"),
}
TIERS = [SelectChoice(tier.value, name) for tier, name in TIER_NAMES.items()]
LANGUAGE_CHOICES = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


def listed(pairs: Choices) -> list[SelectChoice]:
    """Make (value, label) pairs into the choices of a select."""
    return [SelectChoice(value, label) for value, label in pairs]


def one_line(text: str | None) -> str:
    """Fold line breaks and double spaces."""
    return " ".join((text or "").split())


def optional_id(value: str | int | None) -> int | None:
    """Read the value of a select whose first choice is nothing."""
    return int(value) if value else None


def can_be_written(_form: Any, field: Field) -> None:
    """Refuse a name that a certificate cannot show; who makes certificates knows (a slot)."""
    for problem in collect("accounts.name", name=field.data or ""):
        if problem:
            raise ValidationError(problem)


def _follows(check: Callable[[Any, str], object]) -> Callable[[Any, Field], None]:
    """Make a rule of the services a check of the field, so that all fields report at once."""

    def validate(form: Any, field: Field) -> None:
        try:
            check(form, field.data or "")
        except DomainError as error:
            raise ValidationError(error.message) from None

    return validate


def _short(most: int) -> Length:
    return Length(max=most, message=_("This is too long: use at most %(max)d characters."))


def _person_name(label: Any, hint: Any = "") -> Field:
    return StringField(
        label,
        description=hint,
        filters=[one_line],
        validators=[DataRequired(_("Enter a name.")), _short(200), can_be_written],
        render_kw={"autocomplete": "name"},
    )


def _name(label: Any, hint: Any = "") -> Field:
    return StringField(
        label,
        description=hint,
        filters=[one_line],
        validators=[DataRequired(_("Enter a name.")), _short(200)],
        render_kw={"autocomplete": "name"},
    )


def _email(label: Any, autocomplete: str = "email") -> Field:
    rules = [] if autocomplete == "username" else [_follows(lambda _f, t: normal_email(t))]
    return EmailField(
        label,
        validators=[DataRequired(_("Enter an e-mail address.")), _short(320), *rules],
        render_kw={"autocomplete": autocomplete, "spellcheck": "false"},
    )


def _strong(form: Any, password: str) -> None:
    email = form["email"].data if "email" in form else ""
    check_strength(password, email=(email or "").strip().lower())


def _password(label: Any, autocomplete: str = "current-password") -> Field:
    is_new = autocomplete == "new-password"
    rules = [_follows(_strong)] if is_new else []
    return PasswordField(
        label,
        description=_("At least 12 characters. A short sentence works well.") if is_new else "",
        validators=[DataRequired(_("Enter a password.")), _short(1000), *rules],
        render_kw={"autocomplete": autocomplete},
    )


def _domains() -> Field:
    return TextAreaField(
        _("Mail domains"),
        description=_(
            "One on each line, such as organisation.nl. Whoever confirms an address in it belongs"
            " to this organisation."
        ),
        validators=[Optional(), _short(4000)],
        render_kw={"rows": 4, "spellcheck": "false"},
    )


class ConfirmForm(BaseForm):
    """Only a button: the deed needs a POST, because mail scanners follow links."""


class SignInForm(BaseForm):
    """Say who you are."""

    email = _email(_("E-mail address"), "username")
    password = _password(_("Password"))


class SignUpForm(BaseForm):
    """Ask for an account."""

    name = _person_name(_("Your name"), _("As it should stand on a certificate."))
    email = _email(_("Your work e-mail address"))
    password = _password(_("Choose a password"), "new-password")
    code = StringField(
        _("Code of your organisation"),
        description=_("Only if you got one from your organisation."),
        filters=[one_line],
        validators=[
            Optional(),
            _short(40),
            _follows(lambda _f, text: organisation_by_code(text)),
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class LookForm(BaseForm):
    """Look at the site as somebody else would."""

    role = SelectField(_("Look as"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [role for role in ROLE_NAMES if role != Role.ADMINISTRATOR]
        self.role.choices = [SelectChoice(role.value, ROLE_NAMES[role]) for role in others]


class InvitationForm(BaseForm):
    """Accept an invitation."""

    name = _person_name(_("Your name"), _("As it should stand on a certificate."))
    password = _password(_("Choose a password"), "new-password")


class SetupForm(BaseForm):
    """The first administrator."""

    email = _email(_("Your e-mail address"))
    name = _person_name(_("Your name"))
    password = _password(_("Choose a password"), "new-password")


class RecoverAskForm(BaseForm):
    """Say where the link should go."""

    email = _email(_("E-mail address"), "username")


class RecoverForm(BaseForm):
    """A new password."""

    password = _password(_("New password"), "new-password")


class ProfileForm(BaseForm):
    """What people say about themselves."""

    name = _person_name(_("Name"), _("As it should stand on a certificate."))
    organisation_id = SelectField(_("Organisation"), coerce=optional_id)
    job_title = StringField(
        _("Job title"),
        filters=[one_line],
        validators=[Optional(), _short(120)],
        render_kw={"autocomplete": "organization-title"},
    )
    is_leader = BooleanField(_("I lead other people"))
    language = SelectField(_("Language of the site and of mails"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation_id.choices = [NO_CHOICE, *listed(organisations)]


class PasswordForm(BaseForm):
    """Change the password."""

    current = _password(_("Current password"))
    new = _password(_("New password"), "new-password")


class EmailForm(BaseForm):
    """Change the address."""

    email = _email(_("New e-mail address"))
    password = _password(_("Your password"))


class PeopleFilter(BaseForm):
    """Which people to show."""

    class Meta(BaseForm.Meta):
        """A search changes nothing, so it needs no token."""

        csrf = False

    zoek = StringField(
        _("Name or e-mail address"),
        filters=[one_line],
        validators=[_short(200)],
        render_kw={"autocomplete": "off"},
    )
    organisatie = SelectField(_("Organisation"), coerce=optional_id)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisatie.choices = [
            SelectChoice("", _("All organisations")),
            *listed(organisations),
        ]


class RoleForm(BaseForm):
    """Give somebody a role."""

    role = SelectField(_("Role"), choices=STAFF_ROLES)
    scope_id = SelectField(
        _("Organisation"), description=_("Only for a manager."), coerce=optional_id
    )
    course_id = SelectField(_("Course"), description=_("Only for an author."), coerce=optional_id)

    def __init__(self, *args: Any, organisations: Choices, courses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope_id.choices = [NO_CHOICE, *listed(organisations)]
        self.course_id.choices = [SelectChoice("", _("All courses")), *listed(courses)]


class InviteForm(BaseForm):
    """Invite people."""

    addresses = TextAreaField(
        _("E-mail addresses"),
        description=_("One on each line, at most 50."),
        validators=[DataRequired(_("Enter an e-mail address.")), _short(17_000)],
        render_kw={"rows": 5, "spellcheck": "false"},
    )
    organisation_id = SelectField(_("Organisation"), coerce=optional_id)
    role = SelectField(_("Role"))

    def __init__(self, *args: Any, organisations: Choices, with_roles: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation_id.choices = [
            *([NO_CHOICE] if with_roles else []),
            *listed(organisations),
        ]
        learner = SelectChoice("", ROLE_NAMES[Role.LEARNER])
        self.role.choices = [learner, *(STAFF_ROLES if with_roles else [])]


class OrganisationForm(BaseForm):
    """Add an organisation."""

    name = _name(_("Name"))
    tier = SelectField(_("Layer of government"), choices=TIERS)
    parent_id = SelectField(_("Part of"), coerce=optional_id)
    domains = _domains()

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.render_kw = {"autocomplete": "off"}
        self.parent_id.choices = [NO_CHOICE, *listed(organisations)]


class OrganisationEditForm(BaseForm):
    """Change an organisation."""

    name = _name(_("Name"))
    tier = SelectField(_("Layer of government"), choices=TIERS)
    parent_id = SelectField(_("Part of"), coerce=optional_id)
    domains = _domains()
    needs_approval = BooleanField(_("A manager approves before somebody starts a course"))
    seats = IntegerField(
        _("Seats per year"),
        description=_("How many different people may start a course in a year. Empty: everybody."),
        validators=[Optional(), NumberRange(0, 10_000_000)],
    )
    target = IntegerField(
        _("Target of this year"),
        description=_(
            "How many different people should start a course this year. "
            "Managers see whether they are on pace. Empty: no target."
        ),
        validators=[Optional(), NumberRange(1, 10_000_000)],
    )

    def __init__(self, *args: Any, organisations: Choices, leave_out: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.render_kw = {"autocomplete": "off"}
        rest = [pair for pair in organisations if pair[0] != str(leave_out)]
        self.parent_id.choices = [NO_CHOICE, *listed(rest)]


class MergeForm(BaseForm):
    """Let an organisation go up in another one."""

    into_id = SelectField(
        _("Goes up in"),
        coerce=optional_id,
        validators=[DataRequired(_("Choose an organisation."))],
    )
    confirmation = StringField(
        _("Type the name of the organisation that goes away"),
        filters=[one_line],
        validators=[DataRequired(_("Type the name, so that nothing goes away by accident."))],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )

    def __init__(self, *args: Any, organisations: Choices, going: Organisation, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.going = going
        rest = [pair for pair in organisations if pair[0] != str(going.id)]
        self.into_id.choices = [NO_CHOICE, *listed(rest)]
        self.confirmation.description = going.name

    def validate_confirmation(self, field: Field) -> None:
        """Take the name as it is, whatever the capitals."""
        if (field.data or "").casefold() != one_line(self.going.name).casefold():
            raise ValidationError(_("This is not the name: %(name)s.", name=self.going.name))


class UploadForm(BaseForm):
    """A list of organisations."""

    file = FileField(
        _("CSV file"),
        description=_("Columns: name;tier;parent;domains. At most 2,000 rows."),
        validators=[FileRequired(_("Choose a file."))],
        render_kw={"accept": ".csv,text/csv"},
    )


class ImportForm(BaseForm):
    """The same list, looked at and approved."""

    text = HiddenField()


class StatementForm(BaseForm):
    """What the accessibility statement says."""

    status = RadioField(
        _("Status"),
        choices=[SelectChoice(key.value, name) for key, name in STATUS_NAMES.items()],
        validators=[InputRequired(_("Choose one of the answers."))],
    )
    drawn_up = DateField(_("Drawn up on"), validators=[Optional()])
    contact = EmailField(
        _("E-mail address for reports"),
        validators=[Optional(), _short(320), _follows(lambda _f, text: normal_email(text))],
    )
    report = URLField(
        _("Address of the report of the research"),
        description=_("Leave it empty as long as nobody examined the site."),
        validators=[
            Optional(),
            _short(500),
            URL(message=_("Enter a whole address, such as https://www.example.nl/rapport.")),
        ],
    )


class TargetForm(BaseForm):
    """How many civil servants should follow a course in a year."""

    year = IntegerField(
        _("Year"), validators=[InputRequired(_("Enter a year.")), NumberRange(2010, 2100)]
    )
    target = IntegerField(
        _("Target"),
        description=_("How many different civil servants follow a course in that year."),
        validators=[InputRequired(_("Enter a number.")), NumberRange(1, 10_000_000)],
    )
