/**
 * What runs inside Postgres: triggers, and the functions that make a room and append a batch in one
 * round trip. Their names carry a version; a change is a new function in a new migration, so that
 * nodes of two releases can use one database.
 */

import { CONFLICT, NO_ROOM } from './batch.ts'
import type { Names } from './tables.ts'

/**
 * The text of an append. Arguments: the columns of `PackedBatch`, with the groups' starts before
 * their ends; result: `Placed`.
 *
 * - The counters' rows are locked in the order of their ids, each read after it was locked.
 * - Inside a function of plpgsql each statement sees what was committed before it began (in READ
 *   COMMITTED), so what the lock's last holder stored is found.
 * - A plain loop: measured twice as fast as one statement with windows and joins.
 * - Only a duplicate is looked up, and only by the index: a plan made while the table was small
 *   could be kept for long. The setting is of this transaction. As one of the whole function it
 *   would cost each call as much as an insert.
 */
export function appendFunction(name: string, rooms: string, entries: string): string {
  return `create function ${name}(
  names text[], epochs text[], starts bigint[], ends bigint[], kinds text[], stamps bigint[],
  from_ids text[], from_names text[], to_ids text[], to_names text[], texts text[], cids text[],
  out seqs bigint[], out times bigint[]
) language plpgsql as $$
declare
  spot record;
  known record;
  n bigint;
  careful boolean := false;
begin
  seqs := array_fill(0::bigint, array[cardinality(texts)]);
  times := array_fill(${NO_ROOM}::bigint, array[cardinality(texts)]);
  for spot in
    select r.id, r.head, g.started, g.ended
    from unnest(names, epochs, starts, ends) as g (room, epoch, started, ended)
    join ${rooms} r on r.name = g.room and r.epoch = g.epoch
    order by r.id
    for update of r
  loop
    n := spot.head;
    for i in spot.started + 1 .. spot.ended loop
      insert into ${entries}
        (room_id, seq, ts, kind, from_id, from_name, to_id, to_name, text, cid)
      values
        (spot.id, n + 1, stamps[i], kinds[i], from_ids[i], from_names[i], to_ids[i], to_names[i],
          texts[i], cids[i])
      on conflict do nothing;
      if found then
        n := n + 1;
        seqs[i] := n;
        times[i] := stamps[i];
      else
        if not careful then
          perform set_config('enable_seqscan', 'off', true);
          careful := true;
        end if;
        select e.seq, e.ts, e.kind = kinds[i] and e.text = texts[i] as same
          into strict known
          from ${entries} e
          where e.room_id = spot.id and e.from_id = from_ids[i] and e.cid = cids[i];
        if known.same then
          seqs[i] := -known.seq;
          times[i] := known.ts;
        else
          times[i] := ${CONFLICT};
        end if;
      end if;
    end loop;
    if n > spot.head then
      update ${rooms} set head = n where id = spot.id;
    end if;
  end loop;
end
$$`
}

/**
 * Makes a room unless there is one of the name, or as many as `most`. The lock lets one in at a
 * time: those who count at once would all find room. It is held until the statement is committed.
 *
 * @param lock what the lock is called, among all advisory locks of the database
 */
export function createFunction(name: string, rooms: string, lock: string): string {
  return `create function ${name}(
  name text, name_key bytea, epoch text, permanent bigint, only_persons text,
  created_at bigint, keep_until bigint, most bigint
) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('tertulia ${lock}', 0));
  insert into ${rooms}
    (name, name_key, epoch, permanent, only_persons, created_at, keep_until)
  select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from ${rooms}) < most
  on conflict do nothing;
  return found;
end
$$`
}

/** A deleted room's entries wait in `gone`; entries before a raised `first_seq` go at once. */
export function roomTriggers(schema: string, names: Names): readonly string[] {
  const named = (name: string): string => `"${schema}"."${name}"`
  const deleted = named(`${names.rooms}_deleted_1`)
  const cut = named(`${names.rooms}_cut_1`)
  return [
    `create function ${deleted}() returns trigger language plpgsql as $$
begin
  insert into ${named(names.gone)} (room_id) values (old.id);
  return null;
end
$$`,
    `create trigger "${names.rooms}_deleted" after delete on ${named(names.rooms)}
  for each row execute function ${deleted}()`,
    `create function ${cut}() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  delete from ${named(names.entries)} where room_id = new.id and seq < new.first_seq;
  return null;
end
$$`,
    `create trigger "${names.rooms}_cut" after update of first_seq on ${named(names.rooms)}
  for each row execute function ${cut}()`,
  ]
}
