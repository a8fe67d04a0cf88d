from tests.factories import make_course, make_person
from courses.models import Enrolment
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from pathlib import Path

def test_story(client):
    make_course(); make_course(Path("courses/content/werken-2.0"))
    client.get("/"); client.get("/cursussen"); client.get("/cursussen/proef")
    client.get("/cursussen/werken-2.0")
    p = make_person("Sanne de Vries", roles=[(Role.ADMINISTRATOR, None)])
    client.sign_in(p)
    client.get("/")
    page = client.post("/cursussen/proef/inschrijven", follow=True)
    assert page.status == 200, page.text
    client.post("/cursussen/werken-2.0/inschrijven", follow=True)
    from courses.versions import outline_of
    from sqlalchemy import select
    for e in db.session.scalars(select(Enrolment)).all():
        o = outline_of(e.version_id)
        for lesson, unit in o.units:
            if lesson.quiz is None:
                pg = client.open(f"/cursussen/{o.slug}/les/{lesson.id}/{unit.id}")
                assert pg.status in (200, 403), (pg.status, pg.text[:500])
    client.get("/leren"); client.get("/certificaten"); client.get("/certificaat")
    client.get("/leren/overzicht.csv"); client.get("/leren/overzicht.pdf"); client.get("/_stijlgids")
