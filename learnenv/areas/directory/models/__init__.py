"""Facts and constraints of the Gouden Gids."""

from learnenv.areas.directory.models.choosing import (
    Answer,
    Request,
    RequestKind,
    RequestState,
    Shortlist,
    ShortlistItem,
    ShortlistMember,
)
from learnenv.areas.directory.models.entries import (
    INDEX,
    OFFERING_ENTRY,
    PROVIDER_ENTRY,
    Entry,
    Turn,
)
from learnenv.areas.directory.models.offerings import (
    HOLDS_A_SEAT,
    OVER,
    Booking,
    BookingState,
    Form,
    Language,
    Level,
    Offering,
    Session,
)
from learnenv.areas.directory.models.providers import (
    PEOPLE,
    Change,
    Claim,
    FormerMember,
    Kind,
    Label,
    Member,
    Provider,
    Waiting,
)
from learnenv.areas.directory.models.reviews import (
    CRITERIA,
    Moderation,
    Participation,
    Proof,
    Report,
    Review,
    ReviewState,
    Verdict,
)
from learnenv.kernel.db import Base

MODELS: tuple[type[Base], ...] = (
    Provider, Member, FormerMember, Claim, Change, Label, Offering, Session, Booking,
    Participation, Review, Report, Moderation, Shortlist, ShortlistMember, ShortlistItem,
    Request, Answer, Entry, Turn,
)  # fmt: skip

__all__ = [
    "CRITERIA",
    "HOLDS_A_SEAT",
    "INDEX",
    "MODELS",
    "OFFERING_ENTRY",
    "OVER",
    "PEOPLE",
    "PROVIDER_ENTRY",
    "Answer",
    "Booking",
    "BookingState",
    "Change",
    "Claim",
    "Entry",
    "Form",
    "FormerMember",
    "Kind",
    "Label",
    "Language",
    "Level",
    "Member",
    "Moderation",
    "Offering",
    "Participation",
    "Proof",
    "Provider",
    "Report",
    "Request",
    "RequestKind",
    "RequestState",
    "Review",
    "ReviewState",
    "Session",
    "Shortlist",
    "ShortlistItem",
    "ShortlistMember",
    "Turn",
    "Verdict",
    "Waiting",
]  # fmt: skip
