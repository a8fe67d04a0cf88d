"""Pages of certification."""

from __future__ import annotations

from flask import Blueprint, request

from learnenv.kernel import uploads

blueprint = Blueprint("certification", __name__, template_folder="../templates")


@blueprint.before_request
def _allow_files() -> None:
    """Let a piece of evidence be larger than a form."""
    if request.endpoint == "certification.add_evidence":
        request.max_content_length = uploads.LARGEST + 200_000


from learnenv.areas.certification.routes import (  # noqa: E402 - they hang on the blueprint
    administrator,
    applicant,
    assessor,
    certified,
    coordinator,
    decider,
    dossier_parts,
    entries,
    inventory,
    office,
    public,
)

__all__ = [
    "administrator",
    "applicant",
    "assessor",
    "blueprint",
    "certified",
    "coordinator",
    "decider",
    "dossier_parts",
    "entries",
    "inventory",
    "office",
    "public",
]
