"""The pages of learning."""

from flask import Blueprint

blueprint = Blueprint("courses", __name__, template_folder="../templates")

from courses.routes import (  # noqa: E402, F401
    approvals,
    authoring,
    block_admin,
    blocks,
    catalogue,
    frames,
    grading,
    lessons,
    overrides,
    record,
    tests,
)
