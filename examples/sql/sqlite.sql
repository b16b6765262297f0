-- SQLite: events that SQL itself writes. An event for each row of a query, in the query's order.
insert into evt_inbox (type, data)
select 'ORDER_IMPORTED', json_object('id', id, 'item', item, 'total', total) from orders order by id;

-- An event for whatever happens to a table, whoever does it. What is JSON already goes through json().
create trigger orders_insert after insert on orders begin
  insert into evt_inbox (type, data)
  values ('ORDER_PLACED', json_object('id', new.id, 'item', new.item, 'total', new.total, 'tags', json(new.tags)));
end;

create trigger orders_update after update on orders when new.total <> old.total begin
  insert into evt_inbox (type, data)
  values ('ORDER_CHANGED', json_object('id', new.id, 'was', old.total, 'total', new.total));
end;

create trigger orders_delete after delete on orders begin
  insert into evt_inbox (type, data)
  values ('ORDER_CANCELLED', json_object('id', old.id));
end;
