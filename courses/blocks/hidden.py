"""What stands in for a block whose package is not installed: its data stay."""

from __future__ import annotations

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String

# What a learner is told, by type; the words are in the template.
KINDS = {
    "discussion": "discussion",
    "lti": "lti",
    "lti_consumer": "lti",
    "openassessment": "assignment",
    "edx_sga": "assignment",
    "staffgradedxblock": "assignment",
    "ubcpi": "assignment",
    "poll": "poll",
    "poll_question": "poll",
    "survey": "poll",
    "word_cloud": "poll",
    "annotatable": "text",
}


class HiddenBlock(XBlock):
    """A placeholder that keeps the XML of a block nobody here can show."""

    unknown_xml = String(default="", scope=Scope.content)

    def student_view(self, _context: object = None) -> Fragment:
        """Say quietly that something cannot be shown, and what it was."""
        fragment = Fragment()
        kind = KINDS.get(self.scope_ids.block_type, "")
        fragment.add_content(self.runtime.render_template("hidden.html", kind=kind))
        return fragment
