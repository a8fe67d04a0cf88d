"""Publishes the course "acid" in the site of this environment: blocks that test their host.

Run as `python -m tests.journeys.acid`. The tree is made here and not read from files, so that this
tests the runtime alone.
"""

from __future__ import annotations

from typing import Any

from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.services.publishing import publish_course
from learnenv.app import create_app
from learnenv.kernel import settings
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction

COURSE = b"""<course org="Proef" course="acid" display_name="Acid">
<chapter url_name="m"><sequential url_name="les" display_name="Blokken">
<vertical url_name="deel" display_name="Blokken van anderen"/></sequential></chapter></course>"""


def block(block_id: str, kind: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a block as the document of a course has it."""
    return {"id": block_id, "type": kind, "fields": fields, "children": list(children)}


def main() -> None:
    """Publish the course and switch Acid's aside on."""
    imported = read_course(Package({"course.xml": COURSE}))
    unit = imported.document["modules"][0]["lessons"][0]["units"][0]
    unit["blocks"] = [
        block("alleen", "acid"),
        block(
            "ouder", "acid_parent",
            block("links", "acid", name="left-child"), block("rechts", "acid", name="right-child"),
            name="parent",
        ),
    ]  # fmt: skip
    app = create_app()
    with app.app_context(), app.test_request_context(), transaction():
        publish_course(imported, actor=SYSTEM, at=now())
        settings.put("xblock.asides", "acid_aside")


if __name__ == "__main__":
    main()
