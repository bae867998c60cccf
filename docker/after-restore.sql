-- After a restore to an earlier moment, before arbiters start: what was given out since then must not be given out again.
-- docs/operations.md, "Backup and restore", says when. Running it twice does no harm.
\set ON_ERROR_STOP on
begin;

-- The number that everything goes on from: tenths of milliseconds since 1970. No root and no log moves ten thousand times
-- a second, so it is ahead of whatever was given out before, also if this very backup has been restored once already; and
-- it is far below 2^53, so that every client can read it.
create temporary table ahead on commit drop as
    select floor(extract(epoch from clock_timestamp()) * 10000)::bigint as number;

-- Tokens and sequences of roots.
update arbiter.roots r set
    last_token = greatest(r.last_token, ahead.number), last_sequence = greatest(r.last_sequence, ahead.number)
from ahead;

-- And of roots that were claimed for the first time meanwhile, which the store has forgotten: this row, which is no root,
-- says where every root without a row begins.
insert into arbiter.roots (id, org_id, root, last_token, last_sequence)
    select '', '00000000-0000-0000-0000-000000000000', '', ahead.number, ahead.number from ahead
    on conflict (id) do nothing;

-- Listeners that were further than the restored logs find a gap, and are told that they have missed something.
update arbiter.event_heads h set position = greatest(h.position, ahead.number) from ahead;

-- Nobody owns a partition, and whoever believes to is fenced out: also an arbiter that was left running by mistake.
update arbiter.partitions p set owner = null, epoch = greatest(p.epoch, ahead.number), lease_until = timestamptz 'epoch'
from ahead;

commit;
