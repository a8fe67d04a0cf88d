"""the price of a booking

Revision ID: 0011
Revises: 0010

Bookings of before keep no price: what it was then is not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directory_booking", sa.Column("price", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("directory_booking", "price")
