"""Forms of certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from learnenv.kernel.forms import BaseForm


class RevokeForm(BaseForm):
    """Why a certificate is revoked."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("Kept with the certificate. The public page shows only that it is revoked."),
        validators=[InputRequired(_l("Say why.")), Length(max=1000)],
    )
