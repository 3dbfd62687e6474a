"""events are never looked for by their kind alone: an index less to write with every act"""

from alembic import op

revision = '2026_11_23_no_index_of_kinds'
down_revision = '2026_11_23_first'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_event_kind', table_name='event')


def downgrade() -> None:
    op.create_index('ix_event_kind', 'event', ['kind'], unique=False)
