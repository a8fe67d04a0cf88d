"""The pages of certificates: one's own, the public check, the staff's, those for machines."""

from pathlib import Path

from flask import Blueprint

blueprint = Blueprint(
    "certificates", __name__, template_folder=str(Path(__file__).parent.parent / "templates")
)

from certificates.routes import batches, own, public, shared, staff, templates, wellknown  # noqa: E402, F401
