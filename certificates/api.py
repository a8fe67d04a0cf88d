"""The public verbs of certificates: how an area gives proof, and takes it back.

An area that certifies people issues with `issue(Order(source="certification:12:1", …))`, hears of
every change through `CertificateStatusChanged`, and renews with an Order whose `supersedes_id` is
the old certificate and whose `valid_from` is the day after its end.
"""

from certificates.keeping import make_trial_keys
from certificates.models import Kind, Status
from certificates.queries import Facts, facts_of_source
from certificates.services.issuing import Order, issue
from certificates.services.status import lift, suspend

__all__ = [
    "Facts",
    "Kind",
    "Order",
    "Status",
    "facts_of_source",
    "issue",
    "lift",
    "make_trial_keys",
    "suspend",
]
