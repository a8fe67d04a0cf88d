"""One's own certificates: look, download, show to others, ask for a past one."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from certificates import queries
from certificates.content import jwt_of
from certificates.models import Certificate
from certificates.permissions import HOLD
from certificates.routes import blueprint
from certificates.routes.parts import facts, file, pdf
from certificates.services import issuing, status
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.kernel.site import site_url
from learnenv.web.shell import actor

LINKEDIN = "https://www.linkedin.com/profile/add"


@blueprint.get("/certificaten")
@requires(HOLD)
def mine() -> str:
    """List one's certificates, and finished courses that have none yet."""
    who = actor()
    return render_template(
        "certificates/mine.html",
        certificates=queries.mine(who),
        state_of=lambda c: queries.state_of(c, today()),
        past=queries.past(who),
    )


@blueprint.post("/certificaten/maken/<id:enrolment_id>")
@requires(HOLD)
def make(enrolment_id: int) -> Response:
    """Issue the certificate of a course that was finished before there were any (d12)."""
    if enrolment_id not in {row[0] for row in queries.past(actor())}:
        raise NotFoundError
    issuing.issue_for_enrolment(enrolment_id, at=now())
    flash(_("Your certificate is being made. You get a mail when it is ready."), "ok")
    return redirect(url_for("certificates.mine"), code=303)


@blueprint.get("/certificaten/<slug:number>")
@requires(HOLD)
def one(number: str) -> str:
    """Show one certificate: download, link to share, number."""
    found = queries.own(actor(), number)
    return render_template(
        "certificates/one.html",
        newer=queries.successor(found),
        share=share_url(found),
        linkedin=linkedin_url(found),
        **facts(found),
    )


@blueprint.get("/certificaten/<slug:number>/bestand")
@requires(HOLD)
def state_fragment(number: str) -> str:
    """Show the download button, or that the worker is busy; the page asks again by itself."""
    return render_template("certificates/download.html", **facts(queries.own(actor(), number)))


@blueprint.get("/certificaten/<slug:number>.pdf")
@requires(HOLD)
def download(number: str) -> Response:
    """Download the PDF that was made at issue, while the certificate holds."""
    found = queries.own(actor(), number)
    if queries.state_of(found, today()) in {"revoked", "replaced"}:
        raise NotFoundError(_("This certificate is not valid any more, so there is no file of it."))
    return pdf(found)


@blueprint.get("/certificaten/<slug:number>/bewijs.json")
@requires(HOLD)
def own_credential(number: str) -> Response:
    """Download the credential, for a wallet or a verifier."""
    found = queries.own(actor(), number)
    name = f"certificaat-{number}.json"
    return file(queries.credential(found), kind="application/vc", name=name)


@blueprint.get("/certificaten/<slug:number>/bewijs.jwt")
@requires(HOLD)
def own_jwt(number: str) -> Response:
    """Download the same credential in its other form."""
    found = queries.own(actor(), number)
    return file(jwt_of(found), kind="application/jwt", name=f"certificaat-{number}.jwt")


@blueprint.get("/certificaten/<slug:number>/plaatje.png")
@requires(HOLD)
def own_picture(number: str) -> Response:
    """Show page one as a picture."""
    found = queries.own(actor(), number)
    name = f"certificaat-{number}.png"
    return file(queries.preview(found), kind="image/png", name=name, shown=True)


@blueprint.post("/certificaten/<slug:number>/delen")
@requires(HOLD)
def open_link(number: str) -> Response:
    """Open a link for others."""
    status.open_link(certificate=queries.own(actor(), number))
    flash(_("The link is open. You can close it again here."), "ok")
    return redirect(url_for("certificates.one", number=number, _anchor="share"), code=303)


@blueprint.post("/certificaten/<slug:number>/niet-delen")
@requires(HOLD)
def close_link(number: str) -> Response:
    """Close the link: who has it sees nothing any more."""
    status.close_link(certificate=queries.own(actor(), number))
    flash(_("The link is closed. Nobody can use it any more."), "ok")
    return redirect(url_for("certificates.one", number=number, _anchor="share"), code=303)


def share_url(found: Certificate) -> str | None:
    """Return the address of the open link, or None."""
    if found.share_code is None:
        return None
    return site_url(url_for("certificates.share", code=found.share_code))


def linkedin_url(found: Certificate) -> str | None:
    """Return the address that puts the certificate on a profile; a plain link, no script."""
    address = share_url(found)
    if address is None:
        return None
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": found.title,
        "organizationName": found.issuer,
        "issueYear": found.issued_on.year,
        "issueMonth": found.issued_on.month,
        "certUrl": address,
        "certId": found.number,
    }
    if found.valid_until is not None:
        values |= {
            "expirationYear": found.valid_until.year,
            "expirationMonth": found.valid_until.month,
        }
    return f"{LINKEDIN}?{urlencode(values)}"


def on_completion(enrolment_id: int) -> Markup:
    """Fill the slot of the completion page: the certificate of this enrolment."""
    found = queries.of_enrolments([enrolment_id]).get(enrolment_id)
    if found is None:
        return Markup("")
    return Markup(render_template("certificates/panel.html", **facts(found)))  # noqa: S704


def outside_proofs(sources: list[str]) -> dict[str, tuple[str, str]]:
    """Fill the slot of the learner's record: number and address per training of others (c4)."""
    return {
        source: (found.number, url_for("certificates.one", number=found.number))
        for source, found in queries.of_sources(sources).items()
    }


def proofs(enrolment_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Fill the slot of the learner's record: number and address per enrolment."""
    return {
        enrolment: (found.number, url_for("certificates.one", number=found.number))
        for enrolment, found in queries.of_enrolments(enrolment_ids).items()
    }
