/**
 * What runs inside Postgres: the functions that make a room and append a batch in one round trip. Their names carry a version; a change is a new function in a new migration, so that
 * nodes of two releases can use one database.
 */

import { CONFLICT, NO_ENTRY, NO_ROOM } from './batch.ts'
import { CHANGEABLE, ERASING } from './triggers.ts'

/** The tables of logs, qualified and quoted. */
export interface LogTables {
  readonly rooms: string
  readonly entries: string
  readonly changes: string
  readonly reactions: string
  readonly holders: string
}

/**
 * The text of an append. Arguments: the columns of `PackedBatch`; result: `Placed`.
 *
 * - The counters' rows are locked in the order of their ids, each read after it was locked.
 * - Inside a function of plpgsql each statement sees what was committed before it began (in READ
 *   COMMITTED), so what the lock's last holder stored is found.
 * - A plain loop: measured twice as fast as one statement with windows and joins.
 * - Only a duplicate is looked up, and only by the index: a plan made while the table was small
 *   could be kept for long. The setting is of this transaction. As one of the whole function it
 *   would cost each call as much as an insert.
 * - Nothing of a plain batch (`refs` and `details` are empty then) is a change.
 *
 * @param change the function that {@link changeFunction} makes
 */
export function appendFunction(
  name: string,
  change: string,
  { rooms, entries }: LogTables,
): string {
  return `create function ${name}(
  names text[], epochs text[], starts bigint[], ends bigint[], kinds text[], stamps bigint[],
  from_ids text[], from_names text[], to_ids text[], to_names text[], texts text[], cids text[],
  refs bigint[], extras text[], kept bigint,
  out seqs bigint[], out times bigint[]
) language plpgsql as $$
declare
  spot record;
  known record;
  n bigint;
  latest bigint;
  moment bigint;
  plain boolean := cardinality(refs) = 0 and cardinality(extras) = 0;
  careful boolean := false;
begin
  seqs := array_fill(0::bigint, array[cardinality(texts)]);
  times := array_fill(${NO_ROOM}::bigint, array[cardinality(texts)]);
  for spot in
    select r.id, r.head, r.head_ts, r.first_seq, r.keep_entries, g.started, g.ended
    from unnest(names, epochs, starts, ends) as g (room, epoch, started, ended)
    join ${rooms} r on r.name = g.room and r.epoch = g.epoch
    order by r.id
    for update of r
  loop
    n := spot.head;
    latest := spot.head_ts;
    for i in spot.started + 1 .. spot.ended loop
      moment := greatest(latest, stamps[i]);
      if plain then
        insert into ${entries}
          (room_id, seq, ts, kind, from_id, from_name, to_id, to_name, text, cid)
        values
          (spot.id, n + 1, moment, kinds[i], from_ids[i], from_names[i], to_ids[i], to_names[i],
            texts[i], cids[i])
        on conflict do nothing;
      else
        if kinds[i] in ('edit', 'delete', 'react', 'unreact') then
          if not careful then
            perform set_config('enable_seqscan', 'off', true);
            careful := true;
          end if;
          -- What was stored already is not done again; the insert finds it.
          if not exists (
            select from ${entries} e
            where e.room_id = spot.id and e.from_id = from_ids[i] and e.cid = cids[i]
          ) then
            if refs[i] is null
              or refs[i] < greatest(spot.first_seq, n - coalesce(spot.keep_entries, kept) + 1)
              or not ${change}(spot.id, refs[i], kinds[i], n + 1, from_ids[i], texts[i])
            then
              times[i] := ${NO_ENTRY};
              continue;
            end if;
          end if;
        end if;
        insert into ${entries}
          (room_id, seq, ts, kind, from_id, from_name, to_id, to_name, text, cid, ref, details)
        values
          (spot.id, n + 1, moment, kinds[i], from_ids[i], from_names[i], to_ids[i], to_names[i],
            texts[i], cids[i], refs[i], extras[i])
        on conflict do nothing;
      end if;
      if found then
        n := n + 1;
        latest := moment;
        seqs[i] := n;
        times[i] := moment;
      else
        if not careful then
          perform set_config('enable_seqscan', 'off', true);
          careful := true;
        end if;
        select e.seq, e.ts, e.kind = kinds[i] and e.ref is not distinct from refs[i]
            and (e.deleted = 1 or coalesce(e.original, e.text) = texts[i]) as same
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
      update ${rooms} set head = n, head_ts = latest where id = spot.id;
    end if;
  end loop;
end
$$`
}

/**
 * Applies a change to its target, which is kept as far as retention goes; false: it is not there,
 * or can't be changed. Whoever calls it holds the lock of the room's counter.
 */
export function changeFunction(name: string, tables: LogTables): string {
  const { entries, changes, reactions, holders } = tables
  const target = `room_id = of_room and seq = target and ${CHANGEABLE}`
  return `create function ${name}(
  of_room bigint, target bigint, what text, place bigint, person text, word text
) returns boolean language plpgsql as $$
declare
  began bigint;
begin
  if what = 'delete' then
    update ${entries} set ${ERASING} where ${target};
    return found;
  end if;
  if what = 'edit' then
    update ${entries} set original = coalesce(original, text), text = word, edited = place
      where ${target};
  else
    perform from ${entries} where ${target} for update;
  end if;
  if not found then
    return false;
  end if;
  insert into ${changes} (room_id, seq, change) values (of_room, target, place);
  if what = 'edit' then
    return true;
  end if;
  select since into began from ${reactions}
    where room_id = of_room and seq = target and text = word;
  if what = 'unreact' then
    delete from ${holders}
      where person_id = person and room_id = of_room and seq = target and since = began;
    return true;
  end if;
  if began is null then
    began := place;
    insert into ${reactions} (room_id, seq, since, text) values (of_room, target, began, word);
    update ${entries} set reacted = 1
      where room_id = of_room and seq = target and reacted is null;
  end if;
  insert into ${holders} (room_id, seq, since, react, person_id)
    values (of_room, target, began, place, person) on conflict do nothing;
  return true;
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
  created_at bigint, keep_until bigint, listed bigint, settings text, keep_entries bigint,
  keep_ms bigint, most bigint
) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('tertulia ${lock}', 0));
  insert into ${rooms}
    (name, name_key, epoch, permanent, only_persons, created_at, keep_until, listed, settings,
      keep_entries, keep_ms)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where (select count(*) from ${rooms}) < most
  on conflict do nothing;
  return found;
end
$$`
}
