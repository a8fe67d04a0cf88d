"""The facts of a certificate as plain data: what a verifier gets when it asks for JSON.

This is not yet a signed credential. The Open Badges 3.0 form (with a proof) is to be built from the
same facts, so that paper, page and credential cannot tell different stories.
"""

from __future__ import annotations

from certificates.rendering import CertificateContent


def claims(content: CertificateContent) -> dict[str, object]:
    """Return what the certificate says, ready for `json.dumps`.

    Dates are ISO 8601 calendar dates. `valid_until` is the last day that counts, None for no end.
    `score_percent` goes from 0 to 100, or is None when no score was given.
    Status (valid, revoked) is not in here: it changes, and belongs to the answer around it.
    """
    return {
        "number": content.number,
        "code": content.code,
        "short_code": content.short_code,
        "verify_url": content.verify_url,
        "holder": {"name": content.holder_name},
        "course": {
            "title": content.title,
            "version": content.course_version,
            "language": content.language,
            "study_load_minutes": content.minutes,
            "outcomes": list(content.outcomes),
        },
        "assessment": {
            "description": content.assessed_by,
            "score_percent": content.score_percent,
        },
        "issuer": {
            "name": content.issuer_name,
            "signatory": {"name": content.signatory_name, "role": content.signatory_role},
        },
        "issued_on": content.issued_on.isoformat(),
        "valid_until": content.valid_until.isoformat() if content.valid_until else None,
    }
