"""Pages of pilot projects."""

from flask import Blueprint

blueprint = Blueprint("pilots", __name__, template_folder="../templates")

from learnenv.areas.pilots.routes import guide, organisation, programme  # noqa: E402 - they hang on it

__all__ = ["blueprint", "guide", "organisation", "programme"]
