"""The pages of learning."""

from flask import Blueprint

blueprint = Blueprint("courses", __name__, template_folder="../templates")

from courses.routes import authoring, blocks, catalogue, lessons, record, tests  # noqa: E402, F401
