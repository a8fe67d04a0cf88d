"""Errors of the domain: each has an HTTP status and a sentence a person can act on."""

from http import HTTPStatus


class DomainError(Exception):
    """Something the domain does not allow; nothing has been written.

    `message` is shown to the person, so it is translated and says what to do next.
    `field` names the form field it belongs to, if any; `way_out` is the label and address of the
    page where the person can do what is missing.
    """

    status = HTTPStatus.CONFLICT

    def __init__(
        self, message: str, *, field: str | None = None, way_out: tuple[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.way_out = way_out


class NotFoundError(DomainError):
    """It does not exist, or not for this person: both answer the same."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class ForbiddenError(DomainError):
    """The person may see it, but may not do this with it."""

    status = HTTPStatus.FORBIDDEN


class InvalidInputError(DomainError):
    """The input has the wrong shape or value."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooManyError(DomainError):
    """Too often in too short a time."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class SetupError(Exception):
    """The site cannot start like this; the message says what to change."""
