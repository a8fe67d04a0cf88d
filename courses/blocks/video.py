"""Video with captions and a transcript, served from the course itself."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String


class VideoBlock(XBlock):
    """A video of the course with captions (WebVTT) and a transcript to read instead."""

    display_name = String(default="", scope=Scope.settings)
    src = String(default="", scope=Scope.content)
    captions = String(default="", scope=Scope.content)
    language = String(default="nl", scope=Scope.content)
    transcript = String(default="", scope=Scope.content)
    """Plain text: paragraphs with empty lines between."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> VideoBlock:
        """Read the attributes; captions and a transcript are not optional (WCAG 1.2)."""
        block = runtime.construct_xblock_from_class(cls, keys)
        for name in ("display_name", "src", "captions"):
            setattr(block, name, node.get(name, ""))
        block.language = node.get("language", "nl")
        transcript = node.get("transcript", "")
        block.transcript = (
            runtime.read_text(transcript.removeprefix("/")) if transcript else (node.text or "")
        ).strip()
        for name in ("src", "captions"):
            path = getattr(block, name)
            if path.removeprefix("/") not in runtime.package.files:
                raise ValueError(f'{name}="{path}" is not in the package')
        if not block.transcript:
            raise ValueError("a video needs a transcript")
        return block  # type: ignore[no-any-return]

    def student_view(self, _context: object = None) -> Fragment:
        """Show the player and the transcript under it."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "video.html",
                title=self.display_name,
                src=self.runtime.asset_url(self.src),
                captions=self.runtime.asset_url(self.captions),
                caption_language=self.language,
                paragraphs=[p.strip() for p in self.transcript.split("\n\n") if p.strip()],
            )
        )
        return fragment
