"""The public verbs of certificates: how an area gives proof, and takes it back.

An area that certifies people issues with `issue(Order(source="certification:12:1", …))`, hears of
every change through `CertificateStatusChanged`, and renews with an Order whose `supersedes_id` is
the old certificate and whose `valid_from` is the day after its end.
"""

from certificates.keeping import make_trial_keys
from certificates.models import Kind, Status
from certificates.papers import PaperError, sealed_paper
from certificates.queries import Facts, facts_of_source, holders_of_course, of_source
from certificates.services.issuing import Order, issue
from certificates.services.status import lift, revoke_decided, suspend

__all__ = [
    "Facts",
    "Kind",
    "Order",
    "PaperError",
    "Status",
    "facts_of_source",
    "holders_of_course",
    "issue",
    "lift",
    "make_trial_keys",
    "of_source",
    "revoke_decided",
    "sealed_paper",
    "suspend",
]
