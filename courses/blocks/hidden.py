"""What stands in for a block whose package is not installed: its data stay."""

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String


class HiddenBlock(XBlock):
    """A placeholder that keeps the XML of a block nobody here can show."""

    unknown_xml = String(default="", scope=Scope.content)

    def student_view(self, _context: object = None) -> Fragment:
        """Say quietly that something cannot be shown."""
        fragment = Fragment()
        fragment.add_content(self.runtime.render_template("broken.html"))
        return fragment
