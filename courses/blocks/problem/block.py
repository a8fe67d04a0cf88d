"""The problem XBlock: a question to practise with, feedback at once."""

from __future__ import annotations

from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from webob import Request, Response
from werkzeug.datastructures import MultiDict
from xblock.core import XBlock
from xblock.fields import Dict, Float, Integer, Scope, String

from courses.blocks.problem import grading
from courses.blocks.problem.capa import parse
from courses.blocks.problem.model import Problem


class ProblemBlock(XBlock):
    """A CAPA problem. In a lesson it is practice; in a test the quiz engine shows and grades it."""

    has_score = True

    display_name = String(default="", scope=Scope.settings)
    weight = Float(default=1.0, scope=Scope.settings)
    data = String(default="<problem/>", scope=Scope.content)
    response = Dict(default={}, scope=Scope.user_state)
    attempts = Integer(default=0, scope=Scope.user_state)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ProblemBlock:
        """Keep the XML as it is: it is the source of the question."""
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        block.weight = float(node.get("weight") or 1)
        if not 0 <= block.weight <= 1000:  # noqa: PLR2004 - also refuses "nan"
            raise ValueError(f'weight="{node.get("weight")}" must be 0 to 1000')
        block.data = etree.tostring(node, encoding="unicode", with_tail=False)
        return block  # type: ignore[no-any-return]

    @property
    def problem(self) -> Problem:
        """The question, read from its XML (cached)."""
        return parse(self.data)

    @property
    def seed(self) -> str:
        """What shuffles this question: always the same for one learner."""
        return f"{self.scope_ids.usage_id.block_id}:{self.scope_ids.user_id or 0}"

    def student_view(self, _context: object = None) -> Fragment:
        """Show the question; once answered, with feedback."""
        problem, given = self.problem, self.response
        block_id = self.scope_ids.usage_id.block_id
        fraction, verdicts = grading.grade_problem(problem, given, seed=self.seed)
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "problem.html",
                block=self,
                block_id=block_id,
                problem=problem,
                faces=[
                    grading.face(q, prefix=block_id, seed=self.seed, given=given.get(q.id))
                    for q in problem.questions
                ],
                verdicts=verdicts if given else {},
                answered=bool(given),
                is_right=bool(given) and fraction >= 1.0,
                fraction=fraction,
            )
        )
        return fragment

    @XBlock.handler
    def submit(self, request: Request, suffix: str = "") -> Response:
        """Grade the form's answer and keep it. An empty answer counts for nothing."""
        del suffix
        form = MultiDict(request.POST.items())
        block_id = self.scope_ids.usage_id.block_id
        given = {
            q.id: value
            for q in self.problem.questions
            if (value := grading.read_form(q, block_id, form)) is not None
        }
        if not given:
            return Response(status=422)
        self.response = given
        self.attempts += 1
        fraction, _ = grading.grade_problem(self.problem, given, seed=self.seed)
        self.runtime.publish(
            self,
            "grade",
            {"value": fraction * self.weight, "max_value": self.weight, "only_if_higher": True},
        )
        return Response(status=204)

    @XBlock.handler
    def again(self, request: Request, suffix: str = "") -> Response:
        """Clear the answer, to try once more."""
        del request, suffix
        self.response = {}
        return Response(status=204)
