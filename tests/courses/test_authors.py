"""Authors of one course: what they may, and how an administrator makes them."""

from __future__ import annotations

import io
import zipfile

from flask import Flask
from sqlalchemy import func, select

from courses.models import Course, CourseVersion
from learnenv.accounts.models import RoleAssignment, Scope
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from tests.browser import Browser
from tests.factories import make_organisation, make_person, make_tiny_course, tiny_course

MANAGE = "/beheer/cursussen"


def package(slug: str, words: str = "") -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in tiny_course(slug).items():
            archive.writestr(name, content.replace(b"Alleen", words.encode() or b"Alleen"))
    data.seek(0)
    return data, f"{slug}.zip"


def number_of(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def send(client: Browser, slug: str, status: int, words: str = "") -> str:
    form = {"package": package(slug, words)}
    page = client.post(MANAGE, form, status, content_type="multipart/form-data")
    return page.main if page.status == 422 else ""


def test_P02_an_author_of_one_course_publishes_that_one_only(client: Browser) -> None:
    own, other = make_tiny_course("eigen"), make_tiny_course("ander")
    client.sign_in(make_person(roles=[(Role.AUTHOR, own)]))
    refused = {slug: send(client, slug, 422, "Gekaapt") for slug in ("ander", "nieuw")}
    assert "You may only publish the courses that you write." in refused["nieuw"]
    assert refused["ander"].replace("ander", "nieuw") == refused["nieuw"], "no word of what exists"
    assert (number_of(Course), number_of(CourseVersion)) == (2, 2)
    send(client, "eigen", 303, "Beter")
    versions = select(CourseVersion.course_id).order_by(CourseVersion.id)
    assert db.session.scalars(versions).all() == [own.id, other.id, own.id]


def test_P02_an_author_of_all_courses_publishes_a_new_one(client: Browser) -> None:
    client.sign_in(make_person(roles=[(Role.AUTHOR, None)]))
    send(client, "nieuw", 303)
    assert number_of(Course) == 1


def test_P02_two_roles_for_a_course_add_up(client: Browser) -> None:
    one, two = make_tiny_course("een"), make_tiny_course("twee")
    make_tiny_course("drie")
    client.sign_in(make_person(roles=[(Role.AUTHOR, one), (Role.AUTHOR, two)]))
    listed = client.get(MANAGE).main
    assert "Cursus een" in listed
    assert "Cursus twee" in listed
    assert "Cursus drie" not in listed


def test_P02_another_role_makes_nobody_an_author_of_more(client: Browser) -> None:
    own, other = make_tiny_course("eigen"), make_tiny_course("ander")
    places = [make_organisation() for _ in range(2)]
    assert other.id == places[1].id
    client.sign_in(make_person(roles=[(Role.AUTHOR, own), (Role.MANAGER, places[1])]))
    assert "Cursus ander" not in client.get(MANAGE).main
    client.get(f"{MANAGE}/eigen/resultaten")
    client.get(f"{MANAGE}/ander/resultaten", 404)
    client.sign_in(make_person(roles=[(Role.MANAGER, places[1])]))
    client.get(MANAGE, 404)


def test_P02_an_administrator_chooses_the_course_of_an_author(app: Flask, client: Browser) -> None:
    client.sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    course = make_tiny_course("eigen")
    person, other = make_person(), make_person()
    path = f"/beheer/mensen/{person.id}"
    page = client.get(path)
    assert page.soup is not None
    choices = [option.text for option in page.soup.select("select[name=course_id] option")]
    assert choices == ["All courses", "Cursus eigen"]
    form = {"role": "author", "scope_id": "", "course_id": str(course.id)}
    client.post(f"{path}/rollen", {**form, "course_id": "999"}, status=422)
    client.post(f"{path}/rollen", form)
    assert "Cursus eigen" in client.get(path).main
    client.post(f"/beheer/mensen/{other.id}/rollen", {**form, "course_id": ""})
    # a course says nothing of another role
    client.post(f"{path}/rollen", {**form, "role": "programme_manager"})
    found = [
        (role.person_id, role.role, role.scope, role.scope_id)
        for role in db.session.scalars(select(RoleAssignment).order_by(RoleAssignment.id))
        if role.role != Role.ADMINISTRATOR
    ]
    assert found == [
        (person.id, Role.AUTHOR, Scope.COURSE, course.id),
        (other.id, Role.AUTHOR, Scope.SITE, 0),
        (person.id, Role.PROGRAMME_MANAGER, Scope.SITE, 0),
    ]
    assert "Proefcursus" not in Browser(app).sign_in(person).get(MANAGE).main


def test_blocks_show_an_author_no_more_in_the_course_of_another(app: Flask) -> None:
    from courses.routes.access import visit
    from courses.routes.runtime import learner_runtime
    from learnenv.kernel.permissions import Actor

    own = make_tiny_course("eigen")
    make_tiny_course("ander")
    roles = frozenset({Role.LEARNER, Role.AUTHOR})
    author = Actor(person_id=make_person().id, roles=roles, courses=frozenset({own.id}))
    assert learner_runtime(visit(author, "eigen")).user_is_staff
    assert not learner_runtime(visit(author, "ander")).user_is_staff
