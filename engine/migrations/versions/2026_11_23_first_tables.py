"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = '2026_11_23_first'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition',
    sa.Column('hash', sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqltypes.AutoString(), nullable=False),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('kept_at', sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('hash')
    )
    with op.batch_alter_table('definition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_definition_key'), ['key'], unique=False)

    op.create_table('demo_clock',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ahead_seconds', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agency_key', sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqltypes.AutoString(), nullable=False),
    sa.Column('folded', sqltypes.AutoString(), nullable=False),
    sa.Column('email', sqltypes.AutoString(), nullable=True),
    sa.Column('salutation', sqltypes.AutoString(), nullable=False),
    sa.Column('title', sqltypes.AutoString(), nullable=False),
    sa.Column('department_key', sqltypes.AutoString(), nullable=True),
    sa.Column('phone', sqltypes.AutoString(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('agency_key', 'key'),
    sa.UniqueConstraint('email')
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_agency_key'), ['agency_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_folded'), ['folded'], unique=False)

    op.create_table('link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('scope', sqltypes.AutoString(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('token_hash', sqltypes.AutoString(), nullable=False),
    sa.Column('made_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('revoked_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('used_at', sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('purpose', 'person_id', 'scope', 'generation'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_person_id'), ['person_id'], unique=False)

    op.create_table('role_grant',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sqltypes.AutoString(), nullable=False),
    sa.Column('scope', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('person_id', 'role', 'scope')
    )
    op.create_table('round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sqltypes.AutoString(), nullable=False),
    sa.Column('agency_key', sqltypes.AutoString(), nullable=False),
    sa.Column('definition_hash', sqltypes.AutoString(), nullable=False),
    sa.Column('title', sqltypes.AutoString(), nullable=False),
    sa.Column('stage', sqltypes.AutoString(), nullable=False),
    sa.Column('made_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('closed_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('wake_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('lease_owner', sqltypes.AutoString(), nullable=True),
    sa.Column('lease_until', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('history_head', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['definition_hash'], ['definition.hash'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_agency_key'), ['agency_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_stage'), ['stage'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_wake_at'), ['wake_at'], unique=False)

    op.create_table('sign_in',
    sa.Column('key_hash', sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('scope', sqltypes.AutoString(), nullable=False),
    sa.Column('door', sqltypes.AutoString(), nullable=False),
    sa.Column('made_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('seen_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('key_hash')
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sqltypes.AutoString(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'number')
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_round_id'), ['round_id'], unique=False)

    op.create_table('department_reply',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('department_key', sqltypes.AutoString(), nullable=False),
    sa.Column('replied_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('replied_by', sa.Integer(), nullable=False),
    sa.Column('nobody', sa.Boolean(), nullable=False),
    sa.Column('reason', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['replied_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('round_id', 'department_key')
    )
    op.create_table('dossier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sqltypes.AutoString(), nullable=False),
    sa.Column('document_number', sqltypes.AutoString(), nullable=False),
    sa.Column('document_date', sa.Date(), nullable=True),
    sa.Column('facts', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('sha256', sqltypes.AutoString(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('channel', sqltypes.AutoString(), nullable=False),
    sa.Column('channel_number', sqltypes.AutoString(), nullable=False),
    sa.Column('recipient', sqltypes.AutoString(), nullable=False),
    sa.Column('built_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('sent_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('received_at', sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'version')
    )
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_round_id'), ['round_id'], unique=False)

    op.create_table('leave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('department_key', sqltypes.AutoString(), nullable=False),
    sa.Column('until', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('reason', sqltypes.AutoString(), nullable=False),
    sa.Column('granted_by', sa.Integer(), nullable=False),
    sa.Column('granted_at', sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['granted_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_leave_round_id'), ['round_id'], unique=False)

    op.create_table('moment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('stage', sqltypes.AutoString(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('kind', sqltypes.AutoString(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('department_key', sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('done_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('outcome', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'stage', 'generation', 'kind', 'step', 'department_key')
    )
    with op.batch_alter_table('moment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moment_round_id'), ['round_id'], unique=False)
        batch_op.create_index('moment_due', ['done_at', 'at'], unique=False)

    op.create_table('nomination',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sqltypes.AutoString(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('department_key', sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqltypes.AutoString(), nullable=False),
    sa.Column('nominee_kind', sqltypes.AutoString(), nullable=False),
    sa.Column('nominee_key', sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('nominee_name', sqltypes.AutoString(), nullable=False),
    sa.Column('nominee_folded', sqltypes.AutoString(), nullable=False),
    sa.Column('nominee_title', sqltypes.AutoString(), nullable=False),
    sa.Column('nominee_unit', sqltypes.AutoString(), nullable=False),
    sa.Column('award_key', sqltypes.AutoString(), nullable=False),
    sa.Column('type_key', sqltypes.AutoString(), nullable=False),
    sa.Column('legal_point', sqltypes.AutoString(), nullable=False),
    sa.Column('period_from', sa.Date(), nullable=True),
    sa.Column('period_to', sa.Date(), nullable=True),
    sa.Column('summary', sa.Text(), server_default='', nullable=False),
    sa.Column('achievements', sa.Text(), server_default='', nullable=False),
    sa.Column('facts', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('form_nonce', sqltypes.AutoString(), nullable=True),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_by', sa.Integer(), nullable=True),
    sa.Column('signed_by', sa.Integer(), nullable=True),
    sa.Column('signed_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('return_until', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('decision_number', sqltypes.AutoString(), nullable=False),
    sa.Column('decision_date', sa.Date(), nullable=True),
    sa.Column('history_head', sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("nominee_kind IN ('person', 'collective')", name='nominee_kind_known'),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.ForeignKeyConstraint(['signed_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['updated_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('form_nonce')
    )
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_nomination_nominee_folded'), ['nominee_folded'], unique=False)
        batch_op.create_index('nomination_once', ['round_id', 'award_key', 'nominee_key'], unique=True, sqlite_where=sa.text("state NOT IN ('declined', 'lapsed', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('declined', 'lapsed', 'withdrawn')"))
        batch_op.create_index('nomination_round_state', ['round_id', 'state'], unique=False)

    op.create_table('nomination_list',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sqltypes.AutoString(), nullable=False),
    sa.Column('hash', sqltypes.AutoString(), nullable=False),
    sa.Column('compiled_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('published_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('frozen_at', sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'version')
    )
    with op.batch_alter_table('nomination_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_nomination_list_round_id'), ['round_id'], unique=False)

    op.create_table('seat',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sqltypes.AutoString(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'person_id')
    )
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seat_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_seat_round_id'), ['round_id'], unique=False)

    op.create_table('stagewindow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('stage', sqltypes.AutoString(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('opens_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('due_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('explanation', sqltypes.AutoString(), nullable=False),
    sa.Column('opened_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('closed_at', sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'stage')
    )
    with op.batch_alter_table('stagewindow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stagewindow_round_id'), ['round_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('item_key', sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqltypes.AutoString(), nullable=False),
    sa.Column('media_type', sqltypes.AutoString(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sqltypes.AutoString(), nullable=False),
    sa.Column('uploaded_by', sa.Integer(), nullable=True),
    sa.Column('uploaded_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('removed_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('supplement', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.ForeignKeyConstraint(['uploaded_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_nomination_id'), ['nomination_id'], unique=False)

    op.create_table('checklist_tick',
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('item_key', sqltypes.AutoString(), nullable=False),
    sa.Column('checked_by', sa.Integer(), nullable=False),
    sa.Column('checked_at', sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['checked_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.PrimaryKeyConstraint('nomination_id', 'item_key')
    )
    op.create_table('comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('field', sqltypes.AutoString(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('resolved_at', sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_nomination_id'), ['nomination_id'], unique=False)

    op.create_table('dossier_line',
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.PrimaryKeyConstraint('dossier_id', 'nomination_id')
    )
    with op.batch_alter_table('dossier_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_line_nomination_id'), ['nomination_id'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('nomination_id', sa.Integer(), nullable=True),
    sa.Column('kind', sqltypes.AutoString(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor_name', sqltypes.AutoString(), nullable=False),
    sa.Column('door', sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('facts', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('previous', sqltypes.AutoString(), nullable=False),
    sa.Column('hash', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('event_of', ['nomination_id', 'id'], unique=False)
        batch_op.create_index('event_round', ['round_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_kind'), ['kind'], unique=False)

    op.create_table('list_line',
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['nomination_list.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.PrimaryKeyConstraint('list_id', 'nomination_id')
    )
    op.create_table('voting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('list_hash', sqltypes.AutoString(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('opened_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('closed_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('closed_by', sa.Integer(), nullable=True),
    sa.Column('why_closed', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['closed_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['list_id'], ['nomination_list.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'number')
    )
    with op.batch_alter_table('voting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voting_round_id'), ['round_id'], unique=False)

    op.create_table('ballot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('voting_id', sa.Integer(), nullable=False),
    sa.Column('seat_id', sa.Integer(), nullable=False),
    sa.Column('draft', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sent_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('times_sent', sa.Integer(), nullable=False),
    sa.Column('receipt', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['seat_id'], ['seat.id'], ),
    sa.ForeignKeyConstraint(['voting_id'], ['voting.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('voting_id', 'seat_id')
    )
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ballot_voting_id'), ['voting_id'], unique=False)

    op.create_table('event_to_tell',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], ),
    sa.PrimaryKeyConstraint('event_id')
    )
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('letter', sqltypes.AutoString(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('address', sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqltypes.AutoString(), nullable=False),
    sa.Column('sender', sqltypes.AutoString(), nullable=False),
    sa.Column('reply_to', sqltypes.AutoString(), nullable=False),
    sa.Column('subject', sqltypes.AutoString(), nullable=False),
    sa.Column('text', sa.Text(), server_default='', nullable=False),
    sa.Column('html', sa.Text(), server_default='', nullable=False),
    sa.Column('extras', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=True),
    sa.Column('message_id', sqltypes.AutoString(), nullable=False),
    sa.Column('written_at', sqltypes.UTCDateTime(), nullable=False),
    sa.Column('state', sqltypes.AutoString(), nullable=False),
    sa.Column('owner', sqltypes.AutoString(), nullable=True),
    sa.Column('lease_until', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=False),
    sa.Column('next_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('sent_at', sqltypes.UTCDateTime(), nullable=True),
    sa.Column('outcome', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], ),
    sa.ForeignKeyConstraint(['link_id'], ['link.id'], ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id', 'letter', 'address')
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_message_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_message_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_message_round_id'), ['round_id'], unique=False)
        batch_op.create_index('message_next', ['state', 'next_at'], unique=False)

    op.create_table('result',
    sa.Column('voting_id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('yes', sa.Integer(), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('abstain', sa.Integer(), nullable=False),
    sa.Column('silent', sa.Integer(), nullable=False),
    sa.Column('recused', sa.Integer(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('quorum_met', sa.Boolean(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('sentence', sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.ForeignKeyConstraint(['voting_id'], ['voting.id'], ),
    sa.PrimaryKeyConstraint('voting_id', 'nomination_id')
    )
    with op.batch_alter_table('result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_result_nomination_id'), ['nomination_id'], unique=False)

    op.create_table('vote',
    sa.Column('ballot_id', sa.Integer(), nullable=False),
    sa.Column('nomination_id', sa.Integer(), nullable=False),
    sa.Column('choice', sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint("choice IN ('yes', 'no', 'abstain')", name='choice_known'),
    sa.ForeignKeyConstraint(['ballot_id'], ['ballot.id'], ),
    sa.ForeignKeyConstraint(['nomination_id'], ['nomination.id'], ),
    sa.PrimaryKeyConstraint('ballot_id', 'nomination_id')
    )
    with op.batch_alter_table('vote', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vote_nomination_id'), ['nomination_id'], unique=False)

    make_append_only()


def downgrade() -> None:
    drop_append_only()
    with op.batch_alter_table('vote', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vote_nomination_id'))

    op.drop_table('vote')
    with op.batch_alter_table('result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_result_nomination_id'))

    op.drop_table('result')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('message_next')
        batch_op.drop_index(batch_op.f('ix_message_round_id'))
        batch_op.drop_index(batch_op.f('ix_message_person_id'))
        batch_op.drop_index(batch_op.f('ix_message_event_id'))

    op.drop_table('message')
    op.drop_table('event_to_tell')
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ballot_voting_id'))

    op.drop_table('ballot')
    with op.batch_alter_table('voting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voting_round_id'))

    op.drop_table('voting')
    op.drop_table('list_line')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_kind'))
        batch_op.drop_index('event_round')
        batch_op.drop_index('event_of')

    op.drop_table('event')
    with op.batch_alter_table('dossier_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dossier_line_nomination_id'))

    op.drop_table('dossier_line')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_nomination_id'))

    op.drop_table('comment')
    op.drop_table('checklist_tick')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachment_nomination_id'))

    op.drop_table('attachment')
    with op.batch_alter_table('stagewindow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stagewindow_round_id'))

    op.drop_table('stagewindow')
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_seat_round_id'))
        batch_op.drop_index(batch_op.f('ix_seat_person_id'))

    op.drop_table('seat')
    with op.batch_alter_table('nomination_list', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_nomination_list_round_id'))

    op.drop_table('nomination_list')
    with op.batch_alter_table('nomination', schema=None) as batch_op:
        batch_op.drop_index('nomination_round_state')
        batch_op.drop_index('nomination_once', sqlite_where=sa.text("state NOT IN ('declined', 'lapsed', 'withdrawn')"), postgresql_where=sa.text("state NOT IN ('declined', 'lapsed', 'withdrawn')"))
        batch_op.drop_index(batch_op.f('ix_nomination_nominee_folded'))

    op.drop_table('nomination')
    with op.batch_alter_table('moment', schema=None) as batch_op:
        batch_op.drop_index('moment_due')
        batch_op.drop_index(batch_op.f('ix_moment_round_id'))

    op.drop_table('moment')
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_leave_round_id'))

    op.drop_table('leave')
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dossier_round_id'))

    op.drop_table('dossier')
    op.drop_table('department_reply')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_round_id'))

    op.drop_table('decision')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_person_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_wake_at'))
        batch_op.drop_index(batch_op.f('ix_round_stage'))
        batch_op.drop_index(batch_op.f('ix_round_agency_key'))

    op.drop_table('round')
    op.drop_table('role_grant')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_person_id'))

    op.drop_table('link')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_folded'))
        batch_op.drop_index(batch_op.f('ix_person_agency_key'))

    op.drop_table('person')
    op.drop_table('demo_clock')
    with op.batch_alter_table('definition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_definition_key'))

    op.drop_table('definition')


def make_append_only() -> None:
    """History is written once: the database itself refuses to change or remove an event."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'event is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
            "FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only()"
        )
        return
    for name, act in (("event_kept_from_update", "UPDATE"), ("event_kept_from_delete", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON event "
            "BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
        )


def drop_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER event_kept ON event")
        op.execute("DROP FUNCTION event_is_append_only()")
        return
    for name in ("event_kept_from_update", "event_kept_from_delete"):
        op.execute(f"DROP TRIGGER {name}")
