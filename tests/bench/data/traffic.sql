-- Flows of a network over a month, by the field names of the Common Information Model. A tenth has a mail server on one side; some of its
-- 600 clients pull or get far more on the last day than before.
COPY (
  SELECT _time, concat('fw', dice(i, 201, 8)) AS dvc, src_ip, src_port, dest_ip, dest_port, src_category, dest_category, bytes_in, bytes_out,
         bytes_in + bytes_out AS bytes, 1 + (bytes_in + bytes_out) // 800 AS packets,
         pick(i, 202, ['tcp', 'tcp', 'tcp', 'udp']) AS transport, pick(i, 203, ['allowed', 'allowed', 'allowed', 'blocked', 'teardown']) AS action,
         pick(i, 204, ['ssl', 'web-browsing', 'dns', 'smtp', 'ssh', 'ntp']) AS app, 'user' || dice(i, 205, 10000) AS user,
         dice(i, 206, 60000) AS duration
  FROM (
    SELECT i, _time, 1024 + dice(i, 207, 60000) AS src_port, pick(i, 208, [25, 53, 80, 443, 443, 443, 22, 123, 8080, 3389]) AS dest_port,
           CASE WHEN kind < 5 THEN concat('10.200.0.', dice(i, 209, 4)) ELSE client END AS src_ip,
           CASE WHEN kind < 5 THEN client WHEN kind < 10 THEN concat('10.200.0.', dice(i, 209, 4)) ELSE address(dice(i, 210, 30000)) END AS dest_ip,
           CASE WHEN kind < 5 THEN 'email_server' ELSE pick(i, 211, ['workstation', 'server', 'printer']) END AS src_category,
           CASE WHEN kind BETWEEN 5 AND 9 THEN 'email_server' ELSE pick(i, 212, ['internet', 'server', 'proxy']) END AS dest_category,
           dice(i, 213, 50000) * (CASE WHEN is_greedy AND kind < 10 THEN 200 ELSE 1 END) AS bytes_in,
           dice(i, 214, 20000) * (CASE WHEN is_greedy AND kind < 10 THEN 200 ELSE 1 END) AS bytes_out
    FROM (
      SELECT i, moment(i, {rows}, 30) AS _time, dice(i, 215, 100) AS kind,
             CASE WHEN kind < 10 THEN dice(i, 216, 600) ELSE dice(i, 216, 6000) END AS c, concat('10.', c // 250, '.', c % 250, '.7') AS client,
             c % 150 = 0 AND _time >= make_timestamp({now}::BIGINT // 86400 * 86400000000) AS is_greedy
      FROM range({rows}) r(i)))
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
