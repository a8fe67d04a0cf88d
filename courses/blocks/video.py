"""Video with captions and a transcript, served from the course itself."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Dict, List, Scope, String

from courses.olx import captions
from courses.olx.foreign_html import own_address

PLAYABLE = (".mp4", ".webm", ".m4v", ".ogv", ".ogg")
YOUTUBE = re.compile(r"[A-Za-z0-9_\-]{5,20}")
OURS = {"src", "captions", "transcript"}
PREFERRED = ("nl", "en")


class VideoBlock(XBlock):
    """A video of the course with captions (WebVTT) and a transcript to read instead.

    A video of Open edX is read too. One that stands on another site becomes a link: our pages
    load nothing from elsewhere (P37).
    """

    display_name = String(default="", scope=Scope.settings)
    src = String(default="", scope=Scope.content)
    captions = String(default="", scope=Scope.content)
    language = String(default="nl", scope=Scope.content)
    transcript = String(default="", scope=Scope.content)
    """Plain text: paragraphs with empty lines between."""
    tracks = Dict(default={}, scope=Scope.content)
    """Captions of a video of Open edX: language to file."""
    links = List(default=[], scope=Scope.content)
    """Addresses on other sites where this video stands."""
    original = String(default="", scope=Scope.content)
    """The XML of a video of Open edX, to write it back as it came."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> VideoBlock:
        """Read the attributes; captions and a transcript are not optional (WCAG 1.2)."""
        if runtime.is_foreign and not set(node.attrib) & OURS:
            return cls._of_open_edx(node, runtime, keys)
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

    @classmethod
    def _of_open_edx(cls, node: Any, runtime: Any, keys: Any) -> VideoBlock:
        block = runtime.construct_xblock_from_class(cls, keys)
        block.original = etree.tostring(node, encoding="unicode", with_tail=False)
        block.display_name = node.get("display_name", "")
        inside, outside = _sources(node, runtime)
        if inside:
            block.src = inside[0]
        elif outside:
            block.links = outside
            runtime.tell("adapted", "a video of another site became a link")
        else:
            runtime.tell("not_supported", "this video names no source that can be shown")
        tracks = _tracks(node, runtime)
        if tracks:
            block.tracks = {language: path for language, (path, _) in tracks.items()}
            first = next((n for n in PREFERRED if n in tracks), min(tracks))
            block.language = first
            block.transcript = captions.to_text(tracks[first][1])
        elif inside or outside:
            runtime.tell("adapted", "this video has no captions in the package")
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write a video of ours; one of Open edX as it came."""
        if self.original:
            source = etree.fromstring(self.original)
            node.attrib.update(source.attrib)
            node.text = source.text
            node.extend(source)
            return
        for name in ("display_name", "src", "captions", "language"):
            if getattr(self, name):
                node.set(name, getattr(self, name))
        node.text = self.transcript

    def student_view(self, _context: object = None) -> Fragment:
        """Show the player and the transcript under it."""
        tracks = dict(self.tracks or {})
        if self.captions:
            tracks = {self.language: self.captions}
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "video.html",
                title=self.display_name,
                src=self.runtime.asset_url(self.src) if self.src else "",
                tracks=[(lang, self.runtime.asset_url(path)) for lang, path in tracks.items()],
                caption_language=self.language,
                links=[(link, urlsplit(link).hostname or link) for link in self.links or []],
                paragraphs=[p.strip() for p in self.transcript.split("\n\n") if p.strip()],
            )
        )
        return fragment


def _sources(node: Any, runtime: Any) -> tuple[list[str], list[str]]:
    """Return the files in the package, and the addresses elsewhere."""
    named = [child.get("src", "") for child in node if child.tag == "source"]
    try:
        listed = json.loads(node.get("html5_sources") or "[]")
    except (ValueError, RecursionError):
        listed = []
    named += [str(address) for address in listed] if isinstance(listed, list) else []
    named.append(node.get("source", ""))
    inside, outside = [], []
    for address in dict.fromkeys(own_address(a.strip()) for a in named if a and a.strip()):
        path = f"/static/{address.rsplit('/', 1)[-1]}"
        if path[1:] in runtime.package.files and path.lower().endswith(PLAYABLE):
            inside.append(path)
        elif address.startswith(("https://", "http://", "//")):
            outside.append(f"https:{address}" if address.startswith("//") else address)
    video = node.get("youtube_id_1_0")
    if video is None:
        streams = dict(p.split(":", 1) for p in node.get("youtube", "").split(",") if ":" in p)
        video = streams.get("1.00") or streams.get("1.0") or ""
    if YOUTUBE.fullmatch(video.strip()):
        outside.insert(0, f"https://www.youtube.com/watch?v={video.strip()}")
    return inside, outside


def _tracks(node: Any, runtime: Any) -> dict[str, tuple[str, list[captions.Cue]]]:
    """Return the captions by language: a file in WebVTT, made when needed, and its lines."""
    try:
        named = json.loads(node.get("transcripts") or "{}")
    except (ValueError, RecursionError):
        named = {}
    named = {str(k): str(v) for k, v in named.items()} if isinstance(named, dict) else {}
    for child in node:
        if child.tag == "transcript":
            named.setdefault(child.get("language", ""), child.get("src", ""))
    if node.get("sub"):
        named.setdefault("en", f"subs_{node.get('sub')}.srt.sjson")
    found = {}
    for language, file in sorted(named.items()):
        name = file.rsplit("/", 1)[-1].rsplit("@", 1)[-1]
        path = f"static/{name}"
        if not re.fullmatch(r"[A-Za-z\-]{2,15}", language) or path not in runtime.package.files:
            runtime.tell("adapted", f"the captions {name or file!r} are not in the package")
            continue
        try:
            cues = captions.read(runtime.read_text(path), path)
        except ValueError as error:
            runtime.tell("adapted", f"{path}: {error}")
            continue
        if not cues:
            continue
        made = path if path.endswith(".vtt") else f"{path}.vtt"
        if made not in runtime.package.files:
            runtime.made[made] = captions.to_vtt(cues)
        found[language] = (f"/{made}", cues)
    return found
