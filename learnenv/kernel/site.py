"""What the site is called and where it stands, for texts that leave it."""

from flask import current_app


def site_url(path: str) -> str:
    """Return the absolute address of a path; always our own host, whatever the request said."""
    return str(current_app.config["BASE_URL"]) + path


def site_name() -> str:
    """Return the name of the site, also the issuer on certificates."""
    return str(current_app.config["SITE_NAME"])
