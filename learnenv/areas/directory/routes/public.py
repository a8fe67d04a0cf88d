"""What everybody sees: search, a provider, a training, and how it is all ordered."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from learnenv.areas.directory import words
from learnenv.areas.directory.models import Session
from learnenv.areas.directory.permissions import LABEL
from learnenv.areas.directory.queries import pages, search
from learnenv.areas.directory.queries.search import FACETS, SORTS, Asked, Hit
from learnenv.areas.directory.rating import LEAST, PRIOR_REVIEWS, PRIOR_STARS
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import (
    Answer,
    asked_text,
    page,
    page_number,
    place_name,
)
from learnenv.areas.directory.services import bookings, providers, reviews
from learnenv.kernel import calendars
from learnenv.kernel.clock import now, today
from learnenv.kernel.i18n import format_date, study_load
from learnenv.kernel.permissions import public
from learnenv.kernel.places import DISTANCES, find
from learnenv.kernel.places import places as all_places
from learnenv.kernel.site import site_url
from learnenv.kernel.taxonomy import REGIONS, THEMES
from learnenv.web import exports
from learnenv.web.shell import actor

MOST_IN_A_FILE = 1000


def asked() -> tuple[Asked, str]:
    """Return what the address asks for, and a place we do not know, as it was typed."""
    chosen = {
        facet: tuple(
            dict.fromkeys(v for v in request.args.getlist(facet)[:50] if v in words.VALUES[facet])
        )
        for facet in FACETS
    }
    near = asked_text("bij")
    place = find(near) if near else None
    km = request.args.get("km", 25, type=int)
    sort = request.args.get("sorteer", "")
    return (
        Asked(
            text=asked_text(),
            chosen={facet: values for facet, values in chosen.items() if values},
            certified=request.args.get("gecertificeerd") == "1",
            place=place.key if place else "",
            km=km if km in DISTANCES else 25,
            sort=sort if sort in SORTS else "relevantie",
            page=page_number(),
        ),
        "" if place else near,
    )


def address_of(what: Asked, **changes: Any) -> dict[str, Any]:
    """Return the parts of the address that ask for this; what is usual is left out."""
    found: dict[str, Any] = {
        "q": what.text or None,
        **{facet: list(values) for facet, values in what.chosen.items()},
        "gecertificeerd": "1" if what.certified else None,
        "bij": place_name(what.place) or None,
        "km": what.km if what.place and what.km != 25 else None,  # noqa: PLR2004 - the usual one
        "sorteer": what.sort if what.sort != "relevantie" else None,
    }
    return {**found, **changes}


@blueprint.get("/gids")
@public
def index() -> Answer:
    """Show what a visitor looks for, with filters."""
    what, unknown_place = asked()
    found = search.search(what, at=now(), day=today())
    return page(
        "index",
        asked=what,
        found=found,
        unknown_place=unknown_place,
        labels=pages.labels_for(actor(), [hit.provider.id for hit in found.hits], today()),
        distances=DISTANCES,
        address=lambda **changes: url_for("directory.index", **address_of(what, **changes)),
        file_address=lambda kind: url_for("directory.results", kind=kind, **address_of(what)),
        page_url=lambda n: url_for(
            "directory.index", **address_of(what, pagina=n if n > 1 else None)
        ),
    )


def _row(hit: Hit) -> tuple[exports.Cell, ...]:
    one, provider = hit.offering, hit.provider
    return (
        one.title if one else provider.name,
        _("Training") if one else str(words.KINDS[provider.kind]),
        provider.name,
        (one or provider).stars,
        (one or provider).reviews,
        one.price if one else provider.day_rate,
        hit.next.starts_at if hit.next else None,
        place_name(hit.next.place if hit.next else provider.place),
        _("yes") if (one or provider).is_certified(today()) else _("no"),
        site_url(
            url_for("directory.offering", offering_id=one.id)
            if one
            else url_for("directory.provider", provider_id=provider.id)
        ),
    )


@blueprint.get("/gids/resultaten.<any(csv, xlsx, ods):kind>")
@public
def results(kind: str) -> Response:
    """Give what is found as a file, a thousand lines at most."""
    what, _unknown = asked()
    hits = search.everything(what, at=now(), day=today(), most=MOST_IN_A_FILE)
    columns = [
        _("Name"), _("Kind"), _("Provider"), _("Stars"), _("Reviews"), _("Price in euros"),
        _("Next date"), _("Place"), _("Certified"), _("Address"),
    ]  # fmt: skip
    return exports.download(exports.Table("Gouden Gids", columns, [_row(h) for h in hits]), kind)


@blueprint.get("/gids/plaatsen.json")
@public
def place_list() -> Response:
    """Give the names of places, for who types one."""
    return jsonify(sorted({place.name for place in all_places().values()}))


@blueprint.get("/gids/uitleg")
@public
def explanation() -> Answer:
    """Tell how results are ordered, how stars are made, and the rules for reviews."""
    return page("explanation", least=LEAST, prior=PRIOR_REVIEWS, prior_stars=PRIOR_STARS)


@blueprint.get("/gids/aanbieder/<id:provider_id>")
@public
def provider(provider_id: int) -> Answer:
    """Show a provider with its trainings and reviews."""
    found, own = pages.provider_page(actor(), provider_id)
    number = page_number()
    total = pages.reviews_number(provider_id=found.id)
    own_trainings = pages.offerings_of(found.id, published=True)
    return page(
        "provider",
        provider=found,
        own=own,
        offerings=own_trainings,
        upcoming=search.next_sessions([one.id for one in own_trainings], now()),
        reviews=pages.reviews_of(provider_id=found.id, page=number),
        label=pages.labels_for(actor(), [found.id], today()).get(found.id),
        can_label=LABEL.allows(actor()),
        claimable=not found.is_person and not providers.has_members(found.id),
        page=number,
        pages=max(1, -(-total // pages.REVIEWS_PER_PAGE)),
        page_url=lambda n: url_for("directory.provider", provider_id=found.id, pagina=n),
    )


@blueprint.get("/gids/aanbod/<id:offering_id>")
@public
def offering(offering_id: int) -> Answer:
    """Show a training with its dates and reviews."""
    found, own = pages.offering_page(actor(), offering_id)
    number = page_number()
    total = pages.reviews_number(offering_id=found.id)
    return page(
        "offering",
        offering=found,
        provider=found.provider,
        own=own,
        sessions=pages.sessions_of(found.id, after=now()),
        reviews=pages.reviews_of(offering_id=found.id, page=number),
        label=pages.labels_for(actor(), [found.provider_id], today()).get(found.provider_id),
        page=number,
        pages=max(1, -(-total // pages.REVIEWS_PER_PAGE)),
        page_url=lambda n: url_for("directory.offering", offering_id=found.id, pagina=n),
    )


@blueprint.get("/gids/beoordeling/<id:review_id>")
@public
def review(review_id: int) -> Answer:
    """Show one review by itself; only one that is published (P8)."""
    return page("review", review=reviews.published(review_id))


@blueprint.get("/gids/vergelijken")
@public
def compare() -> Answer:
    """Put up to four side by side; what differs stands first."""
    keys = [text[:20] for text in request.args.getlist("wie")[:20]]
    chosen = pages.compared(keys, now())
    return page(
        "compare",
        chosen=chosen,
        rows=comparison(chosen),
        without=lambda key: url_for(
            "directory.compare", wie=[one.key for one in chosen if one.key != key]
        ),
    )


def comparison(chosen: list[pages.Compared]) -> list[tuple[str, list[str], bool]]:
    """Return what is compared: title, a cell each, and whether the cells differ; those first."""
    rows = []
    for title, cell in _CELLS:
        cells = [str(cell(one) or "-") for one in chosen]
        if set(cells) == {"-"}:
            continue
        rows.append((str(title()), cells, len(set(cells)) > 1))
    return sorted(rows, key=lambda row: not row[2])


def _price(one: pages.Compared) -> Any:
    if one.offering is None:
        rate = one.provider.day_rate
        if rate is None:
            return _("Not told")
        return _("€ %(price)s a day", price=format_decimal(rate))
    if one.offering.price is None:
        return _("On request")
    return _("Free") if one.offering.price == 0 else f"€ {format_decimal(one.offering.price)}"


def _stars(one: pages.Compared) -> Any:
    thing = one.offering or one.provider
    if thing.stars is None:
        return _("Too few reviews (%(number)s)", number=thing.reviews)
    stars = format_decimal(thing.stars)
    return _("%(stars)s of 5, %(number)s reviews", stars=stars, number=thing.reviews)


def _certified(one: pages.Compared) -> Any:
    for thing in (one.offering, one.provider):
        if thing is not None and thing.is_certified(today()):
            until = format_date(thing.certified_until, "long")
            return _("Yes, until %(date)s", date=until)
    return _("No")


def _next(one: pages.Compared) -> str:
    if one.next is None:
        return ""
    return f"{format_date(one.next.starts_at.date(), 'medium')} {place_name(one.next.place)}"


def _of_offering(name: str, values: dict[str, Any] | None = None) -> Any:
    def cell(one: pages.Compared) -> str:
        if one.offering is None:
            return ""
        value = getattr(one.offering, name)
        return str(values[value]) if values is not None else str(value)

    return cell


def _load(one: pages.Compared) -> str:
    return str(study_load(one.offering.minutes)) if one.offering and one.offering.minutes else ""


_CELLS: tuple[tuple[Any, Any], ...] = (
    (lambda: _("Provider"), lambda one: one.provider.name),
    (lambda: _("Kind"), lambda one: words.KINDS[one.provider.kind]),
    (lambda: _("Certified"), _certified),
    (lambda: _("Price"), _price),
    (lambda: _("What the price covers"), _of_offering("covers")),
    (lambda: _("Reviews"), _stars),
    (lambda: _("Form"), _of_offering("form", words.FORMS)),
    (lambda: _("Study load"), _load),
    (lambda: _("Level"), _of_offering("level", words.LEVELS)),
    (lambda: _("Language"), _of_offering("language", words.LANGUAGES)),
    (lambda: _("Next date"), _next),
    (
        lambda: _("Themes"),
        lambda one: ", ".join(str(THEMES[key]) for key in (one.offering or one.provider).themes),
    ),
    (lambda: _("Region"), lambda one: REGIONS.get(one.provider.region, "")),
    (lambda: _("Terms of cancellation"), _of_offering("terms")),
    (lambda: _("Accessibility"), _of_offering("accessibility")),
)


@blueprint.get("/gids/uitvoering/<id:session_id>.ics")
@public
def session_file(session_id: int) -> Response:
    """Give a session as a file for a calendar; the link to meet is for who has a seat."""
    session = bookings.hold(session_id)
    return Response(
        calendar_of(session),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="training-{session.id}.ics"'},
    )


def calendar_of(session: Session, *, with_link: bool = False) -> bytes:
    """Return a session as iCalendar (RFC 5545), for who has a seat with the link to meet."""
    where = ", ".join(part for part in (session.address, place_name(session.place)) if part)
    return calendars.calendar_file(
        f"session-{session.id}",
        session.offering.title,
        session.starts_at,
        session.ends_at,
        stamp=now(),
        location=where or str(words.FORMS["online"]),
        description=session.link if with_link else None,
        status="CANCELLED" if session.is_cancelled else "CONFIRMED",
        url=site_url(url_for("directory.offering", offering_id=session.offering_id)),
    )
