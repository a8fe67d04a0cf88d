"""Addresses that verifiers know: who we are, with which keys, and what was taken back."""

from __future__ import annotations

import json

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from certificates import queries
from certificates.keeping import keeper
from certificates.routes import blueprint
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import public

SHORTLY = "public, max-age=300"
ANYBODY = {"Access-Control-Allow-Origin": "*", "Cache-Control": SHORTLY}


def _answer(data: object, kind: str) -> Response:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return Response(text, content_type=kind, headers=ANYBODY)


@blueprint.get("/.well-known/did.json")
@public
def did_document() -> BaseResponse:
    """Who we are as an issuer (did:web), with every key that ever signed."""
    return _answer(keeper().did_document(), "application/did+json")


@blueprint.get("/.well-known/jwks.json")
@public
def jwks() -> BaseResponse:
    """The keys of the other form of the credential (JWT)."""
    return _answer(keeper().jwks(), "application/jwk-set+json")


@blueprint.get("/certificaat/status/<id:number>")
@public
def status_list(number: int) -> BaseResponse:
    """Which certificates of a list were taken back: signed, as JSON or as JWT."""
    if not queries.has_list(number):
        raise NotFoundError
    places = queries.revoked_places(number)
    best = request.accept_mimetypes.best_match(["application/vc", "application/json", "application/jwt"])
    if best == "application/jwt":
        return _answer(keeper().status_jwt(number, places), "application/jwt")
    return _answer(keeper().status_list(number, places), "application/vc")


@blueprint.get("/certificaat/papier")
@public
def paper() -> str:
    """Check paper without network: the page holds our keys and asks nothing of anybody."""
    return render_template("certificates/paper.html", keys=keeper().paper_keys())
