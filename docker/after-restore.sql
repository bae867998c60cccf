-- After a restore to an earlier moment, before arbiters start: what was given out since then must not be given out again.
-- docs/operations.md, "Backup and restore", says when. Running it twice does no harm.
\set ON_ERROR_STOP on
begin;

-- Tokens and sequences of roots jump ahead of all that may have been granted meanwhile. What they count to is below 2^53
-- for some millions of restores, so that every client can read it.
update arbiter.roots set last_token = last_token + 1000000000, last_sequence = last_sequence + 1000000000;

-- So do those of roots that were claimed for the first time meanwhile, which the store has forgotten: this row, which is
-- no root, says where every root without a row begins.
insert into arbiter.roots as r (id, org_id, root, last_token, last_sequence)
    values ('', '00000000-0000-0000-0000-000000000000', '', 1000000000, 1000000000)
    on conflict (id) do nothing;

-- Listeners that were further than the restored logs find a gap, and are told that they have missed something.
update arbiter.event_heads set position = position + 1000000000;

-- Nobody owns a partition, and whoever believes to is fenced out: also an arbiter that was left running by mistake.
update arbiter.partitions set owner = null, epoch = epoch + 1000000, lease_until = timestamptz 'epoch';

commit;
