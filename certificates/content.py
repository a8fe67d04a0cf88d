"""From a stored certificate to what its document and its credential say."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from certificates.credentials.facts import CredentialFacts, IssuerFacts
from certificates.keeping import keeper
from certificates.models import Certificate, Kind, StatusEntry, Template
from certificates.rendering import CertificateContent
from learnenv.kernel import settings
from learnenv.kernel.site import site_url

NAMESPACE = uuid.UUID("0b7f2c1e-6d0d-5f5e-9a53-4f3d6c2a9b10")
"""Namespace of the ids of subjects: made once for this software, it means nothing else."""


def verify_url(certificate: Certificate) -> str:
    """Return the public address that says whether the certificate is real and valid now."""
    return site_url(f"/certificaat/{certificate.code}")


def assessed_by(certificate: Certificate, template: Template | None) -> str:
    """Return how it was assessed: the template's words, else what follows from the facts."""
    own = ""
    if template is not None:
        own = template.assessed_nl if certificate.language == "nl" else template.assessed_en
    if own:
        return own
    with force_locale(certificate.language):
        if certificate.kind == Kind.ATTENDANCE:
            words = _("Nothing was assessed: the organiser wrote down who was there.")
        elif certificate.score is not None:
            words = _("Lessons with practice questions and a final test, graded automatically.")
        else:
            words = _("Lessons with practice questions.")
    return str(words)


def content_of(
    certificate: Certificate, template: Template | None, *, paper: str = ""
) -> CertificateContent:
    """Return what the document of a certificate says; `paper` is the signed text in its QR."""
    is_dutch = certificate.language == "nl"
    with force_locale(certificate.language):
        role = settings.get("certificate.signatory_role", _("programme manager"))
    name = settings.get("certificate.signatory_name", certificate.issuer)
    statement = ""
    if template is not None:
        name = template.signatory_name or name
        role = (template.signatory_role_nl if is_dutch else template.signatory_role_en) or role
        statement = template.statement_nl if is_dutch else template.statement_en
    parts = urlsplit(site_url("/certificaat"))
    return CertificateContent(
        number=certificate.number,
        code=certificate.code,
        short_code=certificate.short_code,
        verify_url=verify_url(certificate),
        verify_host=f"{parts.netloc}{parts.path}",
        holder_name=certificate.holder_name,
        title=certificate.title,
        language="nl" if is_dutch else "en",
        issued_on=certificate.issued_on,
        minutes=certificate.minutes,
        score_percent=certificate.score,
        outcomes=tuple(str(outcome) for outcome in certificate.outcomes),
        course_version=str(certificate.course_version),
        issuer_name=certificate.issuer,
        signatory_name=name,
        signatory_role=role,
        assessed_by=assessed_by(certificate, template),
        valid_until=certificate.valid_until,
        kind=Kind(certificate.kind).value,
        statement=statement,
        logo=template.logo if template is not None else None,
        qr_text=f"{verify_url(certificate)}#{paper}" if paper else "",
    )


def issuer_of(certificate: Certificate) -> IssuerFacts:
    """Return who we are in a credential."""
    base = site_url("")
    return IssuerFacts(
        host=str(urlsplit(base).netloc),
        name=certificate.issuer,
        url=base + "/",
        email=str(current_app.config["SECURITY_CONTACT"]),
        oin=settings.get("certificate.oin", "") or None,
    )


def credential_facts(
    certificate: Certificate, template: Template | None, place: StatusEntry, email: str
) -> CredentialFacts:
    """Return what the credential of a certificate says: the same facts as on paper."""
    quality = None
    if template is not None and template.quality_name and template.quality_url:
        quality = (template.quality_name, template.quality_url)
    with force_locale(certificate.language):
        if certificate.kind == "course":
            description = _("Certificate of the course %(title)s.", title=certificate.title)
        elif certificate.kind == Kind.ATTENDANCE:
            description = _("Certificate of attendance: %(title)s.", title=certificate.title)
        else:
            description = _("Certification: %(title)s.", title=certificate.title)
    return CredentialFacts(
        id_url=verify_url(certificate),
        uuid=str(uuid.uuid5(NAMESPACE, certificate.code)),
        short_code=certificate.short_code,
        number=certificate.number,
        holder_name=certificate.holder_name,
        email=email,
        kind=Kind(certificate.kind).value,
        title=certificate.title,
        description=description,
        language="nl" if certificate.language == "nl" else "en",
        outcomes=tuple(str(outcome) for outcome in certificate.outcomes),
        criteria=assessed_by(certificate, template),
        minutes=certificate.minutes,
        ects=None,
        eqf=template.eqf if template is not None else None,
        nlqf=(template.nlqf or None) if template is not None else None,
        quality_framework=quality,
        participation="online",
        assessment_type=_assessment(certificate),
        supervision="none",
        identity_checked=False,
        version=str(certificate.course_version),
        score_percent=certificate.score,
        issued_at=certificate.issued_at,
        valid_until=certificate.valid_until,
        issuer=issuer_of(certificate),
        status_list_url=site_url(f"/certificaat/status/{place.list}"),
        status_index=place.place,
    )


def _assessment(certificate: Certificate) -> str:
    if certificate.kind == Kind.ATTENDANCE:
        return "none"
    return "test" if certificate.score is not None else "practice"


def jwt_of(certificate: Certificate) -> str:
    """Return the credential in its other form, made from the stored one."""
    from certificates import queries

    return keeper().as_jwt(queries.credential(certificate))
