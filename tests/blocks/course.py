"""Publishes the course "blokken" in the site of this environment: one unit for each case.

Run as `python -m tests.blocks.course FILE`; FILE gets the authors' views, drawn by our runtime and
put in the page of a frame, for the browser to open.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from flask import render_template

from courses import queries
from courses.models import Course
from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.runtime.runtime import LearnerRuntime
from courses.services.publishing import publish_course
from learnenv.app import create_app
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import Rollback, transaction
from tests.blocks.cases import CASES, Case

SLUG = "blokken"
LESSON = f"/cursussen/{SLUG}/les/les"
VERTICALS = "".join(f'<vertical url_name="deel-{c.id}" display_name="{c.id}"/>' for c in CASES)
COURSE = f"""<course org="Proef" course="{SLUG}" display_name="Blokken van anderen">
<chapter url_name="m"><sequential url_name="les" display_name="Blokken">{VERTICALS}</sequential>
</chapter></course>"""
FILES = {
    "static/plaat.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>',
    "static/toon.wav": b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00"
    b"\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00",
    "static/blad.pdf": b"%PDF-1.4\n%%EOF\n",
}


def publish() -> Course:
    """Publish the course."""
    imported = read_course(Package({"course.xml": COURSE.encode(), **FILES}))
    units = imported.document["modules"][0]["lessons"][0]["units"]
    for unit, case in zip(units, CASES, strict=True):
        unit["blocks"] = [case.source]
    with transaction():
        publish_course(imported, actor=SYSTEM, at=now())
    return queries.course_by_slug(SLUG)


def author() -> Actor:
    """Return somebody who writes courses."""
    return Actor(
        person_id=1, name="Auteur", email="", organisation_id=None,
        roles=frozenset({Role.AUTHOR, Role.LEARNER}),
    )  # fmt: skip


def draw_for_author(course: Course, case: Case) -> str:
    """Return the author's view of a block; nothing that it writes stays."""
    html = ""
    try:
        with transaction(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outline = queries.current(course)
            runtime = LearnerRuntime(outline, author(), publish=lambda *_a: None)
            fragment = runtime.render(runtime.block(case.id), "studio_view", {})
            html = render_template(
                "courses/frame.html", outline=outline, title=case.id, fragment=fragment
            )
            raise Rollback(html)  # noqa: TRY301 - the only way out that writes nothing
    except Rollback as out:
        return str(out.value)


def main() -> None:
    """Publish, and write the authors' views."""
    app = create_app()
    with app.app_context(), app.test_request_context():
        course = publish()
        drawn = {
            case.id: draw_for_author(course, case)
            for case in CASES
            if case.studio is not None and not case.studio_fault
        }
    Path(sys.argv[1]).write_text(json.dumps(drawn), "utf-8")


if __name__ == "__main__":
    main()
