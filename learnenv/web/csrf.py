"""The one CSRF guard of the site, shared by whoever must exempt a view and check by hand."""

from flask_wtf import CSRFProtect

csrf = CSRFProtect()
