"""From a stored certificate to what its document says."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import force_locale
from flask_babel import gettext as _

from certificates.models import Certificate
from certificates.rendering import CertificateContent
from learnenv.kernel import settings
from learnenv.kernel.site import site_url


def verify_url(certificate: Certificate) -> str:
    """Return the public address that says whether the certificate is real and valid now."""
    return site_url(f"/certificaat/{certificate.code}")


def content_of(certificate: Certificate) -> CertificateContent:
    """Return what the document of a certificate says."""
    with force_locale(certificate.language):
        assessed = (
            _("Lessons with practice questions and a final test, graded automatically.")
            if certificate.score is not None
            else _("Lessons with practice questions.")
        )
        role = settings.get("certificate.signatory_role", _("programme manager"))
    parts = urlsplit(site_url("/certificaat"))
    return CertificateContent(
        number=certificate.number,
        code=certificate.code,
        short_code=certificate.short_code,
        verify_url=verify_url(certificate),
        verify_host=f"{parts.netloc}{parts.path}",
        holder_name=certificate.holder_name,
        title=certificate.title,
        language="nl" if certificate.language == "nl" else "en",
        issued_on=certificate.issued_on,
        minutes=certificate.minutes,
        score_percent=certificate.score,
        outcomes=tuple(str(outcome) for outcome in certificate.outcomes),
        course_version=str(certificate.course_version),
        issuer_name=certificate.issuer,
        signatory_name=settings.get("certificate.signatory_name", certificate.issuer),
        signatory_role=role,
        assessed_by=assessed,
        valid_until=certificate.valid_until,
    )
