"""The problem XBlock: a question to practise with, feedback at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from webob import Request, Response
from werkzeug.datastructures import MultiDict
from xblock.core import XBlock
from xblock.fields import Boolean, Dict, Integer, Scope, String

from courses.blocks.problem import answers, grading, settings
from courses.blocks.problem.capa import parse
from courses.blocks.problem.model import Problem, Verdict
from courses.blocks.problem.rules import Standing, grace
from learnenv.kernel.clock import now

LONGEST_TEXT = 20_000


class ProblemBlock(settings.SettingsMixin, XBlock):
    """A CAPA problem. In a lesson it is practice; in a test the quiz engine shows and grades it."""

    has_score = True

    data = String(default="<problem/>", scope=Scope.content)
    response = Dict(default={}, scope=Scope.user_state)
    attempts = Integer(default=0, scope=Scope.user_state)
    last_submission = String(default="", scope=Scope.user_state)
    """When an answer was graded last, as ISO 8601."""
    hints_shown = Integer(default=0, scope=Scope.user_state)
    answer_shown = Boolean(default=False, scope=Scope.user_state)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ProblemBlock:
        """Keep the XML as it is: it is the source of the question."""
        block = runtime.construct_xblock_from_class(cls, keys)
        settings.read(block, node)
        block.data = etree.tostring(node, encoding="unicode", with_tail=False)
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the XML as it came."""
        source = etree.fromstring(self.data)
        node.attrib.update(source.attrib)
        node.text = source.text
        node.extend(source)

    @property
    def problem(self) -> Problem:
        """The question, read from its XML (cached)."""
        return parse(self.data)

    @property
    def seed(self) -> str:
        """What shuffles this question: always the same for one learner."""
        return f"{self.block_id}:{self.scope_ids.user_id or 0}"

    @property
    def block_id(self) -> str:
        """The url_name of this block."""
        return str(self.scope_ids.usage_id.block_id)

    def standing(self, *, is_correct: bool = False) -> Standing:
        """Return how this learner stands with the problem now."""
        last = self.last_submission
        due = self.due + grace(self.graceperiod) if self.due else None
        return Standing(
            attempts=self.attempts,
            max_attempts=self.max_attempts,
            is_correct=is_correct,
            due=due,
            at=now(),
            last_submission=datetime.fromisoformat(last) if last else None,
            wait_seconds=self.submission_wait_seconds or 0,
            attempts_before_answer=self.attempts_before_showanswer_button or 0,
        )

    # --- what is shown ------------------------------------------------------------------------

    def student_view(self, _context: object = None) -> Fragment:
        """Show the question; once answered, with feedback as far as the settings let."""
        problem, given = self.problem, self.response or {}
        fraction, verdicts = grading.grade_problem(problem, given, seed=self.seed)
        unreadable = {q for q, verdict in verdicts.items() if q in given and verdict.unreadable}
        is_right = bool(given) and fraction >= 1.0
        standing = self.standing(is_correct=is_right)
        tells = standing.may_see_result(self.show_correctness)
        may_see_answer = (
            tells and bool(problem.questions) and standing.may_see_answer(self.showanswer)
        )
        # Who answers right sees the explanation at once; otherwise it comes when it is asked for.
        shows_answer = may_see_answer and (self.answer_shown or (is_right and not unreadable))
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "problem.html",
                block=self,
                block_id=self.block_id,
                problem=problem,
                hand_in=self.runtime.hand_in(self.block_id) if problem.unsupported else None,
                faces=[
                    grading.face(q, prefix=self.block_id, seed=self.seed, given=given.get(q.id))
                    for q in problem.questions
                ],
                verdicts={q: _whole(v) for q, v in verdicts.items()} if given and tells else {},
                unreadable=unreadable,
                answered=bool(given) and not unreadable,
                is_right=is_right,
                fraction=fraction,
                tells=tells,
                standing=standing,
                may_see_answer=may_see_answer,
                right_answers=answers.of(problem) if shows_answer and not is_right else (),
                solution=problem.solution if shows_answer else "",
                # A hint that was not asked for never leaves the server (P26).
                hints=problem.hints[: self.hints_shown],
            )
        )
        return fragment

    # --- what is done -------------------------------------------------------------------------

    @XBlock.handler
    def submit(self, request: Request, suffix: str = "") -> Response:
        """Grade the form's answer and keep it. An empty answer counts for nothing.

        Nor does one in which a number or formula cannot be read: it comes back to be mended.
        """
        del suffix
        form = MultiDict(request.POST.items())
        given = {
            q.id: value
            for q in self.problem.questions
            if (value := grading.read_form(q, self.block_id, form)) is not None
        }
        standing = self.standing()
        if not given or standing.is_closed or standing.seconds_to_wait:
            return Response(status=422)
        fraction, verdicts = grading.grade_problem(self.problem, given, seed=self.seed)
        self.response = given
        if any(verdicts[question].unreadable for question in given):
            return Response(status=204)
        self.attempts += 1
        self.last_submission = standing.at.isoformat()
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
        if self.standing().is_closed:
            return Response(status=422)
        self.response = {}
        self.answer_shown = False
        return Response(status=204)

    @XBlock.handler
    def hint(self, request: Request, suffix: str = "") -> Response:
        """Give the next hint."""
        del request, suffix
        if self.hints_shown >= len(self.problem.hints):
            return Response(status=422)
        self.hints_shown += 1
        return Response(status=204)

    @XBlock.handler
    def show_answer(self, request: Request, suffix: str = "") -> Response:
        """Give the answer and the explanation, when the settings let."""
        del request, suffix
        fraction, _ = grading.grade_problem(self.problem, self.response or {}, seed=self.seed)
        standing = self.standing(is_correct=bool(self.response) and fraction >= 1.0)
        tells = standing.may_see_result(self.show_correctness)
        if not (tells and standing.may_see_answer(self.showanswer)):
            return Response(status=422)
        self.answer_shown = True
        return Response(status=204)

    @XBlock.handler
    def hand_in_text(self, request: Request, suffix: str = "") -> Response:
        """Keep the learner's own words for staff, for a problem that cannot be graded here."""
        del suffix
        text = str(request.POST.get("text", "")).strip()[:LONGEST_TEXT]
        if not text or not self.problem.unsupported or self.standing().is_past_due:
            return Response(status=422)
        self.runtime.publish(self, "hand_in", {"text": text})
        # The learner has done his part; the points come when an author grades it.
        self.runtime.publish(self, "completion", {"completion": 1.0})
        return Response(status=204)


def _whole(verdict: Verdict) -> Verdict:
    """Return a verdict as practice shows it: also with what was said of what was left out."""
    return Verdict(
        fraction=verdict.fraction,
        feedback={**verdict.feedback, **verdict.left_out},
        right={**verdict.right, **{o: verdict.left_out_right[o] for o in verdict.left_out}},
    )
