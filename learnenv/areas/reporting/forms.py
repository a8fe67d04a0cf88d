"""The filter above the figures: a GET form, so that an address can be kept and shared."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import HiddenField, SelectField

from learnenv.areas.reporting.queries import Reach
from learnenv.kernel.forms import BaseForm


class FilterForm(BaseForm):
    """Choose an organisation and a course."""

    class Meta(BaseForm.Meta):
        """Reading needs no token."""

        csrf = False

    jaar = HiddenField()
    organisatie = SelectField(lazy_gettext("Organisation"))
    cursus = SelectField(lazy_gettext("Course"))

    @classmethod
    def of(cls, reach: Reach, year: int) -> "FilterForm":
        """Return the form as it stands with this choice."""
        organisation = reach.organisation.id if reach.organisation else ""
        form = cls(
            formdata=None,
            jaar=year,
            organisatie=str(organisation),
            cursus=str(reach.course_id or ""),
        )
        form.organisatie.choices = [
            ("", _("All organisations")),
            *((str(n.id), "\u2003" * n.depth + n.name) for n in reach.organisations.values()),
        ]
        form.cursus.choices = [
            ("", _("All courses")),
            *((str(key), title) for key, title in reach.courses.items()),
        ]
        return form
