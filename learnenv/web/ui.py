"""The `ui` macros: every macro of every file in templates/ui, as attributes of one object.

Templates write `{{ ui.button(_("Save")) }}`; nobody imports, so nobody can import a stale copy.
"""

from types import SimpleNamespace
from typing import Any

from flask import Flask
from jinja2.runtime import Macro

from learnenv.kernel.errors import SetupError


def install(app: Flask) -> None:
    """Load the macros once and offer them as the Jinja global `ui`."""
    environment = app.jinja_env
    ui: Any = SimpleNamespace()
    environment.globals["ui"] = ui
    names = sorted(n for n in environment.list_templates() if n.startswith("ui/"))
    for name in names:
        module = environment.get_template(name).module
        for key, value in vars(module).items():
            if isinstance(value, Macro) and not key.startswith("_"):
                if hasattr(ui, key):
                    raise SetupError(f"The macro '{key}' stands in two files of templates/ui.")
                setattr(ui, key, value)
