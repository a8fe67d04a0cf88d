"""Forms that look the same everywhere: label, hint, error and ARIA come from one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    Field,
    SelectChoice,
)

from learnenv.kernel.errors import DomainError, NotFoundError

__all__ = ["BaseForm", "SelectChoice", "blaming"]


class BaseForm(FlaskForm):
    """The base of every form. Fields render through the `field` macro of the web layer."""

    way_out: tuple[str, str] | None = None
    refusal: DomainError | None = None
    """What a service refused, when it did."""
    """Label and address of the page where a person can do what is missing."""

    class Meta(FlaskForm.Meta):
        """Where WTForms asks how to render a field."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            if field.type in {"CSRFTokenField", "HiddenField"}:
                return Markup(field.widget(field, **render_kw))  # noqa: S704 - widgets escape
            shown = ((f"{field.id}-error", field.errors), (f"{field.id}-hint", field.description))
            described = " ".join(name for name, present in shown if present)
            # Without maxlength: a browser cuts what is pasted and says nothing; the form says so.
            attrs = {"maxlength": False, **(field.render_kw or {}), **render_kw}
            if field.type not in {"RadioField", "SelectMultipleField"}:
                if described:
                    attrs["aria-describedby"] = described
                if field.errors:
                    attrs["aria-invalid"] = "true"
            ui: Any = current_app.jinja_env.globals["ui"]
            return Markup(ui.field(field, described, attrs))  # noqa: S704 - macros escape

    def blame(self, error: DomainError) -> None:
        """Show a domain error at the field it belongs to, or above the form."""
        self.refusal = error
        self.way_out = error.way_out
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


@contextmanager
def blaming(form: BaseForm) -> Iterator[None]:
    """Show what a service refuses at the form; what does not exist stays a 404."""
    try:
        yield
    except NotFoundError:
        raise
    except DomainError as error:
        form.blame(error)
