"""What the style guide shows: one form with every kind of field, and made-up figures."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from learnenv.kernel.forms import BaseForm, SelectChoice
from learnenv.kernel.i18n import lazy_gettext as _

LETTERS = [SelectChoice("a", "A"), SelectChoice("b", "B"), SelectChoice("c", "C")]


class SampleForm(BaseForm):
    """Every kind of field once."""

    name = StringField(
        _("Name"), description=_("As on a certificate."), validators=[DataRequired()]
    )
    email = EmailField(_("E-mail address"), validators=[DataRequired()])
    password = PasswordField(_("Password"))
    number = IntegerField(_("Number"), validators=[Optional()])
    date = DateField(_("Date"), validators=[Optional()])
    text = TextAreaField(_("Text"), validators=[Optional()], render_kw={"rows": 4})
    choice = SelectField(_("Choice"), choices=LETTERS)
    one = RadioField(_("Choose one"), choices=LETTERS, default="a")
    several = SelectMultipleField(
        _("Choose several"),
        choices=LETTERS,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    file = FileField(_("File"), validators=[Optional()])
    agreed = BooleanField(_("I agree"))


def _year(numbers: tuple[int, ...]) -> list[tuple[float, int]]:
    """Spread month totals over the width of a chart."""
    return [((month + 0.5) / 12, number) for month, number in enumerate(numbers)]


def _page_url(number: int) -> str:
    return f"?pagina={number}"


SAMPLES: dict[str, Any] = {
    "points": _year((40, 110, 190, 260, 350, 470, 520)),
    "pace": [(0.0, 0), (1.0, 1000)],
    "previous": _year((20, 70, 140, 220, 300, 380, 430, 470, 560, 680, 770, 850)),
    "months": ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    "bars": [("Rijk", 320, "320"), ("Gemeente", 150, "150"), ("Provincie", 50, "50")],
    "kinds": ["primary", "secondary", "subtle", "danger"],
    "badges": ["neutral", "success", "warning", "danger"],
    "page_url": _page_url,
    "flash_samples": [
        ("success", _("This went well.")),
        ("warning", _("Look at this first.")),
        ("error", _("This did not work.")),
    ],
    "layouts": ["layouts/base.html", "layouts/narrow.html", "layouts/learn.html"],
    "alerts": ["info", "ok", "warning", "error"],
}
