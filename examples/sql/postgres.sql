-- PostgreSQL: events that SQL itself writes. An event for each row of a query, in the query's order.
insert into evt_inbox (type, data)
select 'ORDER_IMPORTED', json_build_object('id', id, 'item', item, 'total', total) from orders order by id;

-- An event for whatever happens to a table, whoever does it. row_to_json(new) would take all columns.
create function orders_changed() returns trigger language plpgsql as $$
begin
  case tg_op
    when 'INSERT' then
      insert into evt_inbox (type, data)
      values ('ORDER_PLACED', json_build_object('id', new.id, 'item', new.item, 'total', new.total, 'tags', new.tags));
    when 'UPDATE' then
      insert into evt_inbox (type, data)
      values ('ORDER_CHANGED', json_build_object('id', new.id, 'was', old.total, 'total', new.total));
    when 'DELETE' then
      insert into evt_inbox (type, data)
      values ('ORDER_CANCELLED', json_build_object('id', old.id));
  end case;
  return null;
end
$$;

create trigger orders_insert_delete after insert or delete on orders
for each row execute function orders_changed();

create trigger orders_update after update on orders
for each row when (new.total is distinct from old.total) execute function orders_changed();
