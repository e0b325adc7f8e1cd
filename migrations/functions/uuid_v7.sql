-- A UUIDv7 (RFC 9562, method 3: twelve bits of the random part are a fraction of the millisecond) by the wall clock, so that
-- the rows of one transaction keep their order.
CREATE OR REPLACE FUNCTION app.uuid_v7() RETURNS uuid
  LANGUAGE plpgsql VOLATILE
  AS $$
DECLARE
  micros bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  fraction int := ((micros % 1000) * 4096 / 1000)::int;
  bytes bytea := overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send(micros / 1000) FROM 3) FROM 1 FOR 6);
BEGIN
  bytes := set_byte(set_byte(bytes, 6, 112 | (fraction >> 8)), 7, fraction & 255);
  RETURN encode(bytes, 'hex')::uuid;
END
$$;
REVOKE ALL ON FUNCTION app.uuid_v7() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.uuid_v7() TO parley_app, parley_system;
