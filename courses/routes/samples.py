"""What learning shows in the style guide: the question, before and after it is checked."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse

SEVERAL = """<problem><choiceresponse partial_credit="EDC"><label>A, B, C?</label><checkboxgroup>
<choice correct="true">A<choicehint selected="true">A.</choicehint></choice>
<choice correct="false">B<choicehint selected="true">B.</choicehint></choice>
<choice correct="true">C</choice></checkboxgroup></choiceresponse></problem>"""
NUMBER = """<problem><numericalresponse answer="7"><label>3 + 4</label>
<formulaequationinput/></numericalresponse></problem>"""


def sample_question() -> tuple[str, Markup]:
    """Fill the slot of the style guide."""
    several, number = parse(SEVERAL).questions[0], parse(NUMBER).questions[0]
    given = [several.options[0].id, several.options[1].id]
    html = render_template(
        "courses/samples.html",
        asked=grading.face(several, prefix="asked", seed="", given=None),
        checked=grading.face(several, prefix="checked", seed="", given=given),
        verdict=grading.grade(several, given, seed=""),
        slip=grading.face(number, prefix="slip", seed="", given="abc"),
    )
    return _("Question"), Markup(html)  # noqa: S704 - made by a template
