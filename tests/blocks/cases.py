"""The blocks of others that are tried, as data: what an author wrote, what a learner does, what must
come of it.

Each case is one block in a unit of its own, in the course that `tests.blocks.course` publishes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.acid import block

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A question to a handler, as the block's own script asks it."""

    handler: str
    data: Any = field(default_factory=dict)
    suffix: str = ""
    form: bool = False
    """A form instead of JSON."""
    file: tuple[str, str, bytes] | None = None
    """Name of the field, name of the file, content."""
    method: str = "POST"
    status: int = 200
    says: str = ""
    """What the answer holds."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One block that must work."""

    tag: str
    name: str = ""
    """What tells two cases of one type apart."""
    fields: Values = field(default_factory=dict)
    children: tuple[Values, ...] = ()
    shows: str = ""
    """In the HTML of the learner's view."""
    studio: str | None = ""
    """In the HTML of the author's view; None: the block has none."""
    studio_fault: str = ""
    """Why the author's view cannot be drawn here."""
    calls: tuple[Call, ...] = ()
    grade: tuple[float, float] | None = None
    """Points earned of points possible, as the learner's record has them afterwards."""
    completed: bool = False
    kept: Values = field(default_factory=dict)
    """Fields of the learner that a new request reads."""
    data: Values | None = None
    """What `student_view_data` says, in part."""
    steps: tuple[tuple[str, ...], ...] = ()
    """In the browser: ("click", selector), ("fill", selector, text), ("choose", selector, value)."""
    sees: tuple[str, ...] = ()
    """Selectors of what is on screen in the frame, before and after a reload."""
    settled: tuple[str, ...] = ()
    """Selectors of what is on screen after the steps."""
    after: tuple[str, ...] = ()
    """Selectors of what is on screen after a reload: what the block kept. "folded …" is there, not in
    sight."""
    outside: tuple[str, ...] = ()
    """Other hosts that the learner's view asks for; each is refused, and no other may be asked."""
    studio_outside: tuple[str, ...] = ()
    complains: tuple[str, ...] = ()
    """What its script says in the console when those hosts are away, or of itself anywhere."""
    studio_complains: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of the block in its course."""
        return "-".join(filter(None, (self.tag.strip("_"), self.name)))

    @property
    def source(self) -> Values:
        """The block as the document of a course has it."""
        return block(self.id, self.tag, *self.children, **self.fields)


PICTURE = "/static/plaat.svg"
TRIANGLE = {"item": "0", "zone": "top", "x_percent": "33%", "y_percent": "11%"}
BRANCHES = {
    "start_node_id": "a",
    "nodes": {
        "a": {
            "id": "a",
            "content": "<p>Bel je terug?</p>",
            "choices": [
                {"text": "Ja", "target_node_id": "b", "score": 50},
                {"text": "Nee", "target_node_id": "c", "score": 0},
            ],
        },
        "b": {"id": "b", "content": "<p>Goed zo.</p>", "choices": []},
        "c": {"id": "c", "content": "<p>Jammer.</p>", "choices": []},
    },
}
CHOICES = """<problem><multiplechoiceresponse><label>Wat is 1 + 1?</label><choicegroup type="MultipleChoice">
<choice correct="false">een</choice><choice correct="true">twee</choice>
</choicegroup></multiplechoiceresponse></problem>"""
SPOTS = f"""<image_explorer schema_version='2'><background src="{PICTURE}" />
<description><p>Kijk rond.</p></description><hotspots><hotspot x='20%' y='20%' item-id='hotspotA'>
<feedback width='300' height='240'><header><p>Een deur</p></header><body><p>Achter de deur.</p></body>
</feedback></hotspot></hotspots></image_explorer>"""
ANNOTATED = """<annotatable><instructions><p>Lees mee.</p></instructions>
<p>Een <annotation title="Begrip" body="Uitleg" problem="0">woord</annotation>.</p></annotatable>"""
SUM = block(
    "som", "problem_demo",
    block("som-tekst", "html_demo", content="<p>Hoeveel is 2 + 3?</p>"),
    block("som-invoer", "textinput_demo", name="invoer", input_type="int"),
    block(
        "som-oordeel", "equality_demo", name="oordeel", content="Het klopt",
        arguments={"left": "./invoer/@student_input", "right": "=5"},
    ),
)  # fmt: skip

# What authors' views take for granted and no host but Open edX has.
EDITORS = ("CodeMirror is not defined", "tinymce is not defined")

CASES = (
    # --- demonstration blocks of the SDK ------------------------------------------------------
    Case(tag="helloworld_demo", shows="Hello", sees=("text=Hello",)),
    Case(
        tag="html_demo", fields={"content": "<p>Zomaar <b>tekst</b></p>"}, shows="<b>tekst</b>",
        sees=("b",),
    ),
    Case(tag="allscopes_demo", shows="This is user_state!", sees=("text=This is preferences!",)),
    Case(
        tag="thumbs", shows="upvote", studio=None, calls=(Call(handler="vote", data={"voteType": "up"}, says='"up": 1'),),
        kept={"upvotes": 1, "voted": True}, steps=(("click", ".upvote"),), settled=("text=1↑",), after=("text=1↑",),
    ),
    Case(
        tag="filethumbs", shows="upvote", studio=None, calls=(Call(handler="vote", data={"voteType": "up"}, says='"up": 1'),),
        kept={"voted": True}, steps=(("click", ".upvote"),), settled=(".upvote .count:text('1')",), after=(".upvote .count:text('1')",),
    ),
    Case(tag="view_counter_demo", shows="views", studio=None, kept={"views": 1}, sees=(".views",)),
    Case(
        tag="vertical_demo", children=(block("vd-1", "html_demo", content="<i>een</i>"), block("vd-2", "html_demo", content="<i>twee</i>")),
        shows="<i>twee</i>", studio="<i>twee</i>", sees=("i:text('een')", "i:text('twee')"),
    ),
    Case(
        tag="sequence_demo", children=(block("sq-1", "html_demo", content="<i>een</i>"),),
        shows="<i>een</i>", studio="<i>een</i>", sees=("i:text('een')",),
        outside=("code.jquery.com", "ajax.googleapis.com"), complains=("tabs is not a function",),
        studio_outside=("code.jquery.com", "ajax.googleapis.com"), studio_complains=("tabs is not a function",),
    ),
    Case(
        tag="sidebar_demo", children=(block("sb-1", "html_demo", content="<i>opzij</i>"),),
        shows="<i>opzij</i>", studio="<i>opzij</i>", sees=("i:text('opzij')",),
    ),
    Case(tag="slider_demo", shows="slider", studio=None, fields={"value": 3}, sees=(".slider, input",)),
    Case(tag="attempts_scoreboard_demo", shows="", studio=None),
    Case(tag="debugchild", shows="", studio=""),
    Case(tag="textinput_demo", shows="only appear inside problems", studio=None, sees=("text=only appear inside problems",)),
    Case(
        tag="problem_demo", children=tuple(SUM["children"]), shows="Hoeveel is 2 + 3?", studio=None,
        calls=(Call(handler="check", data={"invoer": [{"name": "input", "value": "5"}]}, says='"oordeel"'),),
        kept={"problem_attempted": True},
        steps=(("fill", "input[name=input]", "5"), ("click", ".check")), settled=(".indicator img[src*='correct-icon']",), after=("input[value='5']",),
    ),
    # --- questions ----------------------------------------------------------------------------
    Case(
        tag="done", shows="DoneXBlock", studio="", calls=(Call(handler="toggle_button", data={"done": True}, says='"state": true'),),
        grade=(1.0, 1.0), kept={"done": True}, steps=(("click", "label.done_onoffswitch-label"),), settled=("folded input:checked",), after=("folded input:checked",),
    ),
    Case(
        tag="poll", fields={"question": "Welke kleur?"}, shows="Welke kleur?", studio="Feedback",
        calls=(Call(handler="vote", data={"choice": "R"}, says='"success": true'), Call(handler="get_results", says="Red")),
        completed=True, kept={"choice": "R", "submissions_count": 1, "tally": {"R": 1, "B": 0, "G": 0, "O": 0}},
        data={"question": "Welke kleur?"}, sees=("text=Welke kleur?",),
        steps=(("click", "label:has-text('Red')"), ("click", ".input-main, button:has-text('Submit')")), settled=("text=Results gathered from 1 respondent",),
        after=("text=Results gathered from 1 respondent",),
    ),
    Case(
        tag="survey", shows="Are you enjoying the course?", studio="Feedback",
        calls=(Call(handler="vote", data={"enjoy": "Y", "recommend": "N", "learn": "M"}, says='"success": true'),),
        completed=True, kept={"choices": {"enjoy": "Y", "recommend": "N", "learn": "M"}},
        data={"block_name": "Poll"}, after=("text=Results gathered from 1 respondent",),
    ),
    Case(
        tag="drag-and-drop-v2", shows="drag-and-drop", studio="Drag and Drop",
        calls=(
            Call(handler="drop_item", data={"val": 0, "zone": "top", "x_percent": "33%", "y_percent": "11%"}, says='"correct": true'),
            Call(handler="student_view_user_state", method="GET", says='"items"'),
        ),
        grade=(0.4, 1.0), kept={"attempts": 0}, data={"mode": "standard"}, after=("text=0.4/1 point",),
    ),
    Case(
        tag="problem-builder", shows="Wat is veilig?", studio="",
        children=(
            block(
                "pb-vraag", "pb-mcq",
                block("pb-a", "pb-choice", value="a", content="Een lang wachtwoord"),
                block("pb-b", "pb-choice", value="b", content="Een kort wachtwoord"),
                block("pb-tip", "pb-tip", values=["b"], content="Kort is snel geraden."),
                name="vraag", question="Wat is veilig?", correct_choices=["a"],
            ),
        ),
        # It keeps answers with edx-submissions, in tables of Django that are not there.
        calls=(Call(handler="submit", data={"vraag": {"value": "a"}}, status=500),),
        kept={"completed": False, "num_attempts": 0}, sees=("text=Een lang wachtwoord",), complains=("status of 500",),
    ),
    Case(
        tag="step-builder", shows="step-builder", studio="",
        children=(
            block(
                "sb-stap", "sb-step",
                block(
                    "sb-vraag", "pb-rating", name="cijfer", question="Hoe zeker ben je?", correct_choices=["4", "5"],
                ),
            ),
        ),
        sees=("text=Hoe zeker ben je?",),
    ),
    Case(
        tag="freetextresponse", fields={"prompt": "Wat viel op?", "fullcredit_keyphrases": ["phishing"], "weight": 1},
        shows="Wat viel op?", studio="Prompt",
        calls=(Call(handler="submit", data={"student_answer": "dat was phishing", "can_record_response": False}, says='"status": "success"'),),
        grade=(1.0, 1.0), kept={"student_answer": "dat was phishing", "count_attempts": 1},
        steps=(("fill", "textarea", "dat was phishing"), ("click", ".submit-button, button:has-text('Submit'), input[value=Submit]")), settled=("text=(1/1 point)",), after=("text=(1/1 point)",),
    ),
    Case(
        tag="submit-and-compare", studio_complains=EDITORS, fields={"weight": 1}, shows="Submit and Compare", studio="max_attempts",
        calls=(
            Call(handler="student_submit", data={"answer": "mijn antwoord", "action": "submit"}, says='"success": true'),
            Call(handler="send_hints", says='"result": "success"'),
        ),
        grade=(1.0, 1.0), kept={"student_answer": "mijn antwoord", "count_attempts": 1}, after=("text=(1/1 point)",),
    ),
    Case(
        tag="_problem_extracted", fields={"data": CHOICES}, shows="problem", studio=None,
        calls=(
            Call(handler="xmodule_handler", suffix="problem_get", form=True, says="twee"),
            Call(handler="xmodule_handler", suffix="problem_check", form=True, data={"input_problem_extracted_2_1": "choice_1"}, says="correct"),
        ),
        grade=(1.0, 1.0), kept={"attempts": 1, "done": True}, after=("text=1/1 point (ungraded)", "text=twee", "folded input:checked"), outside=("fonts.googleapis.com",),
    ),
    Case(
        tag="sql_grader", fields={"dataset": "rating", "answer_query": "SELECT 1", "prompt": "Haal een rij op.", "weight": 1},
        shows="Haal een rij op.", studio="",
        calls=(Call(handler="submit_query", data={"query": "SELECT 1"}, status=500),),
        kept={"raw_response": ""}, complains=("status of 500",),
    ),
    Case(
        tag="branching_xblock", fields={"scenario_data": BRANCHES, "enable_scoring": True, "max_score": 50}, shows="branching",
        studio_fault="No module named 'openedx'",
        calls=(Call(handler="select_choice", data={"choice_index": 0}, says='"success": true'), Call(handler="get_current_state", says="Goed zo.")),
        grade=(50.0, 50.0), completed=True, kept={"current_node_id": "b", "has_completed": True}, after=("text=Goed zo.", "text=Score: 50/50"), outside=("cdn.jsdelivr.net",),
    ),
    Case(
        tag="ai_coach", fields={"question": "Waarom?"}, shows="Waarom?", studio="",
        calls=(Call(handler="submit_answer", data={"answer": "Daarom"}, says='"success": true'),),
        completed=True, kept={"student_answer": "Daarom"}, sees=("text=Waarom?",),
    ),
    Case(
        tag="crowdsourcehinter", studio_complains=("CrowdsourceHinterStudio is no function",), fields={"initial_hints": {"3": {"Tel nog eens": 1}}, "generic_hints": ["Rustig aan"], "target_problem": "som"}, shows="crowdsourcehinter",
        studio="", calls=(Call(handler="get_hint", data={"submittedanswer": "x=3"}, says="Tel nog eens"),),
        kept={"incorrect_answers": ["3"]}, outside=("cdnjs.cloudflare.com",),
    ),
    # --- voting, votes and collecting ---------------------------------------------------------
    Case(
        tag="feedback", shows="feedback", studio="", calls=(Call(handler="feedback", data={"vote": 2, "freeform": "Fijn"}, says='"success": true'),),
        kept={"user_vote": 2, "user_freeform": "Fijn"}, after=("folded [data-id=radio_2]:checked",),
    ),
    Case(
        tag="_poll_question_extracted", outside=("fonts.googleapis.com",),
        fields={"question": "<p>Doe je mee?</p>", "answers": [{"id": "ja", "text": "Ja"}, {"id": "nee", "text": "Nee"}]},
        shows="poll", studio=None, calls=(Call(handler="handle_submit_state", data={"answer": "ja"}, says='"total": 1'),),
        kept={"poll_answer": "ja", "voted": True},
    ),
    Case(
        tag="_word_cloud_extracted", outside=("fonts.googleapis.com",), shows="word_cloud", studio="",
        calls=(Call(handler="handle_submit_state", data={"student_words": ["rust", "tijd"]}, says='"status": "success"'),),
        kept={"submitted": True, "student_words": ["rust", "tijd"]},
    ),
    Case(
        tag="recommender", shows="recommender", studio="",
        calls=(
            Call(
                handler="add_resource",
                data={"url": "https://example.nl/gids", "title": "Gids", "description": "", "descriptionText": ""}, says="Gids",
            ),
            Call(handler="handle_vote", data={"id": "https://example.nl/gids", "event": "recommender_upvote"}, says='"newVotes": 1'),
        ),
        kept={"upvoted_ids": ["https://example.nl/gids"]}, complains=("introJs is not defined",), after=("folded a:text('Gids')",),
        outside=("ajax.googleapis.com", "cdnjs.cloudflare.com"), studio_outside=("ajax.googleapis.com",),
    ),
    # --- to read, to see, to hear -------------------------------------------------------------
    Case(tag="html5", studio_complains=EDITORS, fields={"data": f'<p>Een <b>stuk</b> <img src="{PICTURE}" alt="plaat"></p>'}, shows="<b>stuk</b>", studio="", sees=("b:text('stuk')", "img")),
    Case(tag="excluded_html5", studio_complains=EDITORS, fields={"data": "<p>Een <b>stuk</b></p>"}, shows="<b>stuk</b>", studio="", sees=("b:text('stuk')",)),
    Case(
        tag="completable_html5", studio_complains=EDITORS, fields={"data": "<p>Lees <b>dit</b></p>"}, shows="<b>dit</b>", studio="",
        calls=(Call(handler="complete", says="null"),), completed=True, sees=("b:text('dit')",),
    ),
    Case(tag="_html_extracted", outside=("fonts.googleapis.com",), fields={"data": "<p>Een <b>stuk</b></p>"}, shows="<b>stuk</b>", studio_fault="NotImplementedError", sees=("b:text('stuk')",)),
    Case(tag="_annotatable_extracted", studio_complains=EDITORS, fields={"data": ANNOTATED}, shows="annotatable", studio="", outside=("fonts.googleapis.com",), sees=("text=Lees mee.",)),
    Case(tag="markdown", studio_complains=("MarkdownXBlock is no function",), fields={"data": "Een **stuk** tekst"}, shows="<strong>stuk</strong>", studio="", sees=("strong",)),
    Case(tag="accordion", fields={"panels": [{"title": "Eerste", "content": "<p>inhoud</p>"}]}, shows="Eerste", studio="", sees=("text=Eerste",)),
    Case(tag="flashcards", fields={"content": [{"front": "voor", "back": "achter"}]}, shows="voor", studio="", steps=(("click", "button:has-text('START')"),), settled=("text=voor",)),
    Case(tag="prism", fields={"code_data": "print(1)"}, shows="print(1)", studio="", sees=("code",)),
    Case(tag="pdf", complains=("refused: Framing",), fields={"url": "/static/blad.pdf"}, shows="blad.pdf", studio="", calls=(Call(handler="on_download", says="null"),), sees=("text=PDF",)),
    Case(tag="audio", fields={"src": "/static/toon.wav"}, shows="<audio", studio="", sees=("audio",)),
    Case(tag="imagemodal", fields={"image_url": PICTURE, "alt_text": "plaat"}, shows="plaat", studio="", outside=("netdna.bootstrapcdn.com",), sees=("img",)),
    Case(
        tag="image-explorer", studio_complains=EDITORS, fields={"data": SPOTS}, shows="Kijk rond.", studio="",
        calls=(Call(handler="publish_event", data={"event_type": "xblock.image-explorer.hotspot.opened", "item_id": "hotspotA"}, says="success"),),
        grade=(1.0, 1.0), kept={"opened_hotspots": ["hotspotA"]}, sees=("text=Kijk rond.",),
    ),
    Case(
        tag="games", outside=("fonts.googleapis.com",), fields={"cards": [{"term": "a", "definition": "b", "term_image": "", "definition_image": "", "order": "0", "card_key": "k"}], "list_length": 1},
        shows="", studio=None, calls=(Call(handler="get_settings", says="flashcards"), Call(handler="complete_matching_game", data={"new_time": 12}, says='"new_time": 12')),
        kept={"best_time": 12},
    ),
    Case(
        tag="google-document", shows="docs.google.com", studio="", calls=(Call(handler="publish_event", data={"event_type": "x", "url": "y"}, says="success"),),
        outside=("docs.google.com",),
    ),
    Case(tag="google-calendar", shows="google.com/calendar", studio="", outside=("www.google.com",)),
    Case(tag="video_iframe", fields={"iframe_link": "https://video.example.nl/1"}, shows="video.example.nl", studio="", outside=("video.example.nl",)),
    Case(tag="invideoquiz", fields={"video_id": "film", "timemap": '{"10": "som"}'}, shows="", studio="", complains=("reading 'top'",)),
    Case(tag="qualtricssurvey", fields={"survey_id": "SV_1"}, shows="SV_1", studio="", sees=("text=Begin Survey",)),
    Case(tag="schoolyourself_lesson", shows="schoolyourself", studio="", outside=("fonts.googleapis.com", "schoolyourself.org")),
    Case(tag="schoolyourself_review", shows="schoolyourself", studio="", outside=("fonts.googleapis.com", "schoolyourself.org")),
    Case(
        tag="jupyterlite", studio_complains=("reading 'completion_delay_seconds'",), shows="jupyterlite", studio="", calls=(Call(handler="mark_complete", says="success"),), completed=True,
        outside=("jupyterlite.local.overhang.io",),
    ),
    Case(
        tag="instruqtxblock", fields={"has_score": True, "track_embed_code": "https://play.instruqt.com/x?y=1"}, outside=("play.instruqt.com",), shows="instruqt", studio="",
        calls=(Call(handler="completion_handler", data={"event": "track.challenge_completed", "params": {"total_challenges": 2}}, says="result"),),
        grade=(0.5, 1.0), kept={"completed_challenges": 1},
    ),
    Case(tag="concept", studio_complains=("Invalid regular expression flags",), shows="concept", studio="", complains=("Handlebars is not defined",), outside=("ajax.googleapis.com", "builds.handlebarsjs.com.s3.amazonaws.com")),
    # --- packages of content ------------------------------------------------------------------
    Case(
        tag="scorm", shows="scorm", studio="",
        calls=(
            Call(handler="scorm_set_values", data=[{"name": "cmi.core.score.raw", "value": 80}, {"name": "cmi.core.lesson_status", "value": "passed"}], says='"grade": 0.8'),
            Call(handler="scorm_get_value", data={"name": "cmi.core.lesson_status"}, says="completed"),
        ),
        grade=(0.8, 1.0), completed=True, kept={"lesson_score": 0.8, "success_status": "passed"},
    ),
    Case(
        tag="h5pxblock", fields={"has_score": True, "points": 10}, shows="h5p", studio="", outside=("cdn.jsdelivr.net",), complains=("Error loading H5PStandalone",),
        calls=(
            Call(handler="result_handler", data={"result": {"score": {"raw": 3, "max": 4}}}, says='"save_score": true'),
            Call(handler="user_interaction_data", form=True, data={"data": "[1]"}, says='"success": true'),
        ),
        grade=(7.5, 10.0), completed=True, kept={"interaction_data": "[1]", "submission_status": "Completed"},
    ),
    Case(
        tag="openedx_cmi5_xblock", shows="cmi5", studio="", calls=(Call(handler="lrs_auth_endpoint", says="auth-token"),),
    ),
    Case(
        tag="scaffold", complains=("refused: Framing",), studio_complains=("refused: Framing",), shows="scaffold", studio="",
        calls=(Call(handler="resolve_media", data={}, says="{"), Call(handler="submit_assessment", data={}, says='"success": false')),
    ),
)  # fmt: skip
