"""recusals are settled when a vote opens; a ballot's version was read by nobody"""

import sqlalchemy as sa
from alembic import op

from engine.text import same_name

revision = '2026_11_24_recusals'
down_revision = '2026_11_23_no_index_of_kinds'
branch_labels = None
depends_on = None

# A ballot sent before says itself what it was not asked: a name may have been put right since.
_NOT_ASKED = sa.text("""
SELECT ballot.id, list_line.nomination_id
FROM ballot
JOIN voting ON voting.id = ballot.voting_id
JOIN list_line ON list_line.list_id = voting.list_id
LEFT JOIN vote ON vote.ballot_id = ballot.id AND vote.nomination_id = list_line.nomination_id
WHERE ballot.sent_at IS NOT NULL AND vote.ballot_id IS NULL
""")
# The others: the same person of the roster, or a name typed by hand that is theirs.
_OWN = sa.text("""
SELECT ballot.id, nomination.id, nomination.person_id, nomination.nominee_name, person.name
FROM ballot
JOIN voting ON voting.id = ballot.voting_id
JOIN seat ON seat.id = ballot.seat_id
JOIN person ON person.id = seat.person_id
JOIN list_line ON list_line.list_id = voting.list_id
JOIN nomination ON nomination.id = list_line.nomination_id
WHERE ballot.sent_at IS NULL
  AND (nomination.person_id = person.id
       OR (nomination.person_id IS NULL AND nomination.nominee_kind = 'person'))
""")


def upgrade() -> None:
    recusal = op.create_table(
        'recusal',
        sa.Column('ballot_id', sa.Integer(), nullable=False),
        sa.Column('nomination_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['ballot_id'], ['ballot.id']),
        sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id']),
        sa.PrimaryKeyConstraint('ballot_id', 'nomination_id'),
    )
    op.create_index('ix_recusal_nomination_id', 'recusal', ['nomination_id'], unique=False)
    own = [
        (ballot, nomination)
        for ballot, nomination, known, nominee, member in op.get_bind().execute(_OWN)
        if known is not None or same_name(nominee) == same_name(member)
    ]
    settled = [*own, *op.get_bind().execute(_NOT_ASKED)]
    if settled:
        op.bulk_insert(recusal, [{'ballot_id': ballot, 'nomination_id': line} for ballot, line in settled])
    op.drop_column('ballot', 'version')


def downgrade() -> None:
    op.add_column('ballot', sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    op.drop_index('ix_recusal_nomination_id', table_name='recusal')
    op.drop_table('recusal')
