"""Work lists and the register with 100 and with 10,000 dossiers: statements, milliseconds, ratio.

    python benchmarks/certification.py 100 10000

The dossiers are copies, in bulk, of those that the demo makes through the real verbs.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.progress import Progress
from sqlalchemy import event, func, insert, select

from learnenv import config
from learnenv.accounts import services
from learnenv.accounts.models import Person
from learnenv.app import create_app
from learnenv.areas.certification.models import (
    Assignment,
    Dossier,
    Party,
    Registration,
    StandingLine,
    State,
)
from learnenv.cli.data import upgrade_schema
from learnenv.cli.demo_data import address_of, make_site
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction

ROUNDS = 60
STATES = [State.SCREENING, State.ASSIGNING, State.ASSESSING, State.ADVISING, State.DECIDING,
          State.GRANTED, State.GRANTED, State.REFUSED]  # fmt: skip
STAFF = {
    "coordinator": ("Hanneke Wolters", "Provincie Midden-Veen"),
    "assessor": ("Peter van Loon", "Waterschap De Lage Landen"),
    "decider": ("Willem Kuipers", "Ministerie van Samenleving"),
}
PAGES = {
    "work list": ("coordinator", "/certificering/coordinatie"),
    "late ones": ("coordinator", "/certificering/coordinatie?staat=late"),
    "search": ("coordinator", "/certificering/coordinatie?q=bureau 7"),
    "inventory": ("coordinator", "/certificering/inventaris"),
    "figures": ("coordinator", "/certificering/cijfers"),
    "to assess": ("assessor", "/certificering/beoordelen"),
    "to decide": ("decider", "/certificering/besluiten"),
    "register": ("", "/register"),
    "register, theme": ("", "/register?thema=data"),
    "register, name": ("", "/register?q=bureau 7"),
    "register, JSON": ("", "/api/register"),
}


def values_of(row: Any, *without: str) -> dict[str, Any]:
    return {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name not in without}


def fill(size: int) -> None:
    """Copy the demo's dossiers until there are `size`."""
    with transaction():
        there = db.session.scalar(select(func.count()).select_from(Dossier)) or 0
        dossier = db.session.scalars(select(Dossier).where(Dossier.state == State.DECIDING)).one()
        party = db.session.get_one(Party, dossier.party_id)
        entry = db.session.scalars(select(Registration).limit(1)).one()
        line = db.session.scalars(select(StandingLine).limit(1)).one()
        work = db.session.scalars(
            select(Assignment).join(Dossier).where(Dossier.state == State.ASSESSING).limit(1)
        ).one()
        top = db.session.scalar(select(func.max(Party.id))) or 0
        first = db.session.scalar(select(func.max(Dossier.id))) or 0
        last = db.session.scalar(select(func.max(Registration.id))) or 0
        numbers = range(1, size - there + 1)
        parties, dossiers, entries, lines, works = [], [], [], [], []
        for n in numbers:
            name = f"Bureau {n}"
            parties.append(
                {**values_of(party, "id", "name", "search"), "id": top + n, "name": name,
                 "search": name.lower()}
            )  # fmt: skip
            state = STATES[n % len(STATES)]
            due = None
            if state not in {State.GRANTED, State.REFUSED}:
                due = today() + timedelta(days=n % 60 - 10)
            dossiers.append(
                {**values_of(dossier, "id", "number", "party_id", "state", "due_on"),
                 "id": first + n, "number": f"D2020-{n:06d}", "party_id": top + n, "state": state,
                 "due_on": due}
            )  # fmt: skip
            if state == State.GRANTED:
                entries.append(
                    {**values_of(entry, "id", "number", "party_id", "name", "search"),
                     "id": last + n, "name": name, "search": name.lower(),
                     "number": f"R2020-{n:06d}", "party_id": top + n}
                )  # fmt: skip
                lines.append(
                    {**values_of(line, "id", "registration_id"), "registration_id": last + n}
                )
            if state == State.ASSESSING and n <= 80:  # what one assessor can have
                works.append({**values_of(work, "id", "dossier_id"), "dossier_id": first + n})
        for table, rows in ((Party, parties), (Dossier, dossiers), (Registration, entries),
                            (StandingLine, lines), (Assignment, works)):  # fmt: skip
            if rows:
                db.session.execute(insert(table), rows)


def measure(folder: Path, size: int) -> dict[str, tuple[int, float, float]]:
    """Return statements, median and 95th percentile in milliseconds, by page."""
    fresh = not (folder / "demo").exists()
    settings = config.load(home=folder, mode="test", base_url="http://localhost")
    app = create_app(settings)
    with app.app_context(), app.test_request_context():
        upgrade_schema()
        if fresh:
            with Progress() as bar:
                make_site(0, bar)
            fill(size)
            (folder / "demo").write_text("demo", encoding="utf-8")
        clients = {"": app.test_client()}
        for role, (name, place) in STAFF.items():
            person = db.session.scalars(
                select(Person).where(Person.email == address_of(name, place))
            ).one()
            db.session.rollback()
            with transaction():
                token = services.open_session(person, device="bench")
            clients[role] = app.test_client()
            with clients[role].session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = token, True
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = {}
    for name, (role, path) in PAGES.items():
        times = []
        for round_number in range(ROUNDS):
            statements.clear()
            start = time.process_time()
            answer = clients[role].get(path)
            if answer.status_code == 429:  # the register for machines counts requests
                break
            times.append((time.process_time() - start) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
            number = len(statements)
            del round_number
        times.sort()
        found[name] = (number, statistics.median(times), times[int(len(times) * 0.95)])
    return found


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [100, 10_000]
    results = {}
    for size in sizes:
        folder = Path("var/bench") / f"certification-{size}"
        folder.mkdir(parents=True, exist_ok=True)
        results[size] = measure(folder, size)
    few, many = results[sizes[0]], results[sizes[-1]]
    print(f"{'page':18}" + "".join(f"{size:>9} stm {'median':>8} {'p95':>7} ms" for size in sizes)
          + f" {'ratio p95':>10}")  # fmt: skip
    for name in PAGES:
        cells = "".join(
            f"{results[size][name][0]:>13} {results[size][name][1]:>8.1f} "
            f"{results[size][name][2]:>7.1f}   "
            for size in sizes
        )
        print(f"{name:18}{cells} {many[name][2] / few[name][2]:>9.2f}")


if __name__ == "__main__":
    main()
