"""The description of the register for machines, in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from learnenv.areas.certification.models import Kind
from learnenv.kernel.taxonomy import REGIONS, THEMES

DAY = {"type": "string", "format": "date"}
STATUS = {"type": "string", "enum": ["valid", "suspended", "withdrawn", "expired"]}


def _query(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}


ENTRY: dict[str, Any] = {
    "type": "object",
    "required": ["number", "kind", "name", "status", "validUntil", "url"],
    "properties": {
        "number": {"type": "string"},
        "kind": {"type": "string", "enum": [kind.value for kind in Kind]},
        "name": {"type": "string"},
        "status": STATUS,
        "since": DAY,
        "validFrom": DAY,
        "validUntil": DAY,
        "themes": {"type": "array", "items": {"type": "string", "enum": list(THEMES)}},
        "region": {"type": "string"},
        "scheme": {
            "type": "object",
            "properties": {"title": {"type": "string"}, "version": {"type": "integer"}},
        },
        "url": {"type": "string", "format": "uri"},
        "website": {"type": "string"},
        "email": {"type": "string"},
        "history": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "from": DAY,
                    "until": {"type": ["string", "null"], "format": "date"},
                    "status": STATUS,
                },
            },
        },
        "onDay": {
            "type": "object",
            "properties": {
                "day": DAY,
                "certified": {"type": "boolean"},
                "status": {"type": "string"},
                "schemeVersion": {"type": ["integer", "null"]},
            },
        },
    },
}
NOT_FOUND = {"description": "There is no such entry."}
TOO_MANY = {"description": "Too many requests; wait a minute."}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Register of certified advisers, agencies, institutes and trainings",
        "version": "1",
        "description": "Who is certified now, and who was on any day. Public, no key needed.",
    },
    "paths": {
        "/api/register": {
            "get": {
                "operationId": "listEntries",
                "summary": "Search the register",
                "parameters": [
                    _query("q", "Words of the name", {"type": "string", "maxLength": 100}),
                    _query("soort", "Kind", {"type": "string", "enum": [k.value for k in Kind]}),
                    _query("thema", "Theme", {"type": "string", "enum": list(THEMES)}),
                    _query("regio", "Region", {"type": "string", "enum": list(REGIONS)}),
                    _query("alle", "1: also who is not certified now", {"type": "string"}),
                    _query("pagina", "Page, from 1", {"type": "integer", "minimum": 1}),
                ],
                "responses": {
                    "200": {
                        "description": "A page of entries",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["total", "page", "pageSize", "items"],
                                    "properties": {
                                        "total": {"type": "integer"},
                                        "page": {"type": "integer"},
                                        "pageSize": {"type": "integer"},
                                        "items": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Entry"},
                                        },
                                    },
                                }
                            }
                        },
                    },
                    "429": TOO_MANY,
                },
            }
        },
        "/api/register/{number}": {
            "get": {
                "operationId": "getEntry",
                "summary": "One entry, with its history",
                "parameters": [
                    {
                        "name": "number",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    _query("op", "What it was on this day", DAY),
                ],
                "responses": {
                    "200": {
                        "description": "The entry",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Entry"}}
                        },
                    },
                    "404": NOT_FOUND,
                    "422": {"description": "The day is not written as 2026-03-01."},
                    "429": TOO_MANY,
                },
            }
        },
    },
    "components": {"schemas": {"Entry": ENTRY}},
}
