"""Addresses that verifiers know: who we are, with which keys, and what was taken back."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from certificates import queries
from certificates.keeping import keeper
from certificates.routes import blueprint
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import public

JWT = ("application/vc+jwt", "application/jwt")
ANYBODY = {"Access-Control-Allow-Origin": "*"}


def _answer(data: object, kind: str) -> Response:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return Response(text, content_type=kind, headers=ANYBODY)


@blueprint.get("/.well-known/did.json")
@public
def did_document() -> BaseResponse:
    """Say who we are as an issuer (did:web), with every key that ever signed."""
    return _answer(keeper().did_document(), "application/did+json")


@blueprint.get("/.well-known/jwks.json")
@public
def jwks() -> BaseResponse:
    """Show the keys of the other form of the credential (JWT)."""
    return _answer(keeper().jwks(), "application/jwk-set+json")


@blueprint.get("/.well-known/jwk/<slug:key_id>.json")
@public
def jwk(key_id: str) -> BaseResponse:
    """Show one key of the JWT form: a verifier of 1EdTech asks for it by its own address.

    One that may be in other hands is gone: a JWK cannot say so itself, and whoever gets it uses it.
    """
    since = keeper().revoked(key_id)
    if since is not None:
        gone = _answer({"error": "key revoked", "revoked": since}, "application/json")
        gone.status_code = HTTPStatus.GONE
        return gone
    found = keeper().jwk(key_id)
    if found is None:
        raise NotFoundError
    return _answer(found, "application/jwk+json")


@blueprint.get("/certificaat/status/<id:list_id>")
@public
def status_list(list_id: int) -> BaseResponse:
    """Say which certificates of a list were taken back: signed, as JSON or as JWT."""
    if not queries.has_list(list_id):
        raise NotFoundError
    signed = keeper().status_list(list_id, tuple(queries.revoked_places(list_id)))
    best = request.accept_mimetypes.best_match(("application/vc", "application/json", *JWT))
    if best in JWT:
        return _answer(signed.jwt, JWT[0])
    return _answer(signed.document, "application/vc")


@blueprint.get("/certificaat/papier")
@public
def paper() -> str:
    """Check paper without network: the page holds our keys and asks nothing of anybody."""
    return render_template("certificates/paper.html", keys=keeper().paper_keys())
