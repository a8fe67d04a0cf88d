"""Finds the areas, and refuses to start with a duplicate or half-made one."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import entry_points

from flask import Flask

from learnenv.kernel import events, slots
from learnenv.kernel.area import Area, Job
from learnenv.kernel.errors import SetupError

GROUP = "learnenv.areas"


class Registry:
    """The areas of this site, checked."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = tuple(areas)
        problems = list(_problems(self.areas))
        if problems:
            raise SetupError("The areas do not fit together:\n- " + "\n- ".join(problems))

    @property
    def jobs(self) -> dict[str, Job]:
        """Jobs of all areas by name."""
        return {job.name: job for area in self.areas for job in area.jobs}

    def install(self, app: Flask) -> None:
        """Register blueprints, commands and listeners, then check the menu."""
        for area in self.areas:
            if area.blueprint is not None:
                app.register_blueprint(area.blueprint)
            events.connect(area.listens_to)
            for name, filler in area.fills:
                slots.fill(name, filler)
        for area in self.areas:
            for item in area.navigation:
                if item.endpoint not in app.view_functions:
                    raise SetupError(
                        f"Area '{area.name}': menu entry '{item.endpoint}' has no page."
                    )
        app.extensions["areas"] = self


def find_areas(*own: str) -> Registry:
    """Find the areas: the named modules, every folder of learnenv.areas, and other packages."""
    found = [importlib.import_module(name).AREA for name in own]
    package = importlib.import_module("learnenv.areas")
    folders = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg)
    found.extend(importlib.import_module(f"learnenv.areas.{n}.area").AREA for n in folders)
    found.extend(point.load() for point in entry_points(group=GROUP))
    return Registry(found)


def _problems(areas: tuple[Area, ...]) -> Iterable[str]:
    names = {area.name for area in areas}
    for name, number in Counter(area.name for area in areas).items():
        if number > 1:
            yield f"the name '{name}' is used {number} times"
    for area in areas:
        yield from _problems_of(area, names)
    keys = Counter(i.key for a in areas for i in a.indicators)
    yield from (f"indicator '{key}' is defined {n} times" for key, n in keys.items() if n > 1)
    jobs = Counter(j.name for a in areas for j in a.jobs)
    yield from (f"job '{name}' is defined {n} times" for name, n in jobs.items() if n > 1)


def _problems_of(area: Area, names: set[str]) -> Iterable[str]:
    if not area.name.isidentifier() or area.name != area.name.lower():
        yield f"'{area.name}' is no name: use lower case letters and underscores"
    if area.blueprint is not None and area.blueprint.name != area.name:
        yield f"area '{area.name}' has a blueprint called '{area.blueprint.name}'"
    for model in area.models:
        table = str(model.__tablename__)
        if not table.startswith(f"{area.name}_"):
            yield f"table '{table}' of area '{area.name}' must start with '{area.name}_'"
    for permission in area.permissions:
        if not permission.key.startswith(f"{area.name}."):
            yield f"permission '{permission.key}' of area '{area.name}' must start with its name"
    for missing in sorted(area.depends_on - names):
        yield f"area '{area.name}' needs '{missing}', which is not there"
