"""Certificates as Open Badges 3.0 credentials: made, signed, checked; no Flask, no database."""
