"""Captions of Open edX (SubRip, or its own JSON) as WebVTT and as text to read."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})")
TAG = re.compile(r"<[^<>]{0,100}>")
PER_PARAGRAPH = 6
MOST_CUES = 20_000


@dataclass(frozen=True, slots=True)
class Cue:
    """A line of captions, in milliseconds."""

    start: int
    end: int
    text: str


def _milliseconds(found: re.Match[str]) -> int:
    hours, minutes, seconds, rest = found.groups()
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(rest.ljust(3, "0"))


def read_srt(text: str) -> list[Cue]:
    """Read SubRip or WebVTT."""
    cues = []
    for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = part.strip().split("\n")
        for place, line in enumerate(lines[:3]):
            begin, arrow, end = line.partition("-->")
            first, last = TIME.search(begin), TIME.search(end)
            if arrow and first and last:
                words = " ".join(" ".join(lines[place + 1 :]).split())
                words = html.unescape(TAG.sub("", words))
                cues.append(Cue(_milliseconds(first), _milliseconds(last), words))
                break
    return [cue for cue in cues[:MOST_CUES] if cue.text]


def read_sjson(text: str) -> list[Cue]:
    """Read the JSON form of Open edX. Raises ValueError."""
    try:
        data = json.loads(text)
        rows = zip(data["start"], data["end"], data["text"], strict=True)
        found = [Cue(int(a), int(b), " ".join(html.unescape(str(t)).split())) for a, b, t in rows]
    except (TypeError, KeyError, RecursionError, OverflowError) as error:
        raise ValueError(f"these captions cannot be read ({error})") from None
    return [cue for cue in found[:MOST_CUES] if cue.text]


def read(text: str, path: str) -> list[Cue]:
    """Read captions by the name of their file. Raises ValueError."""
    return read_sjson(text) if path.endswith(".sjson") else read_srt(text)


def _stamp(at: int) -> str:
    seconds, rest = divmod(max(at, 0), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def to_vtt(cues: list[Cue]) -> bytes:
    """Write WebVTT."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        words = html.escape(cue.text, quote=False)
        parts.append(f"\n{_stamp(cue.start)} --> {_stamp(cue.end)}\n{words}\n")
    return "".join(parts).encode()


def to_text(cues: list[Cue]) -> str:
    """Return the words in paragraphs, with empty lines between."""
    words = [cue.text for cue in cues]
    groups = [words[n : n + PER_PARAGRAPH] for n in range(0, len(words), PER_PARAGRAPH)]
    return "\n\n".join(" ".join(group) for group in groups)
