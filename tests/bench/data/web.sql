-- Requests to twenty web servers over a month, in the order of their times, with the line that each would have in a log.
COPY (
  SELECT *, concat(src, ' - ', user, ' "', method, ' ', url, '" ', status, ' ', bytes, ' ', agent,
                   CASE WHEN dice(i, 9, 100000) = 0 THEN ' rareerror' ELSE '' END) AS _raw
  FROM (
    SELECT i, moment(i, {rows}, 30) AS _time,
           'web' || dice(i, 1, 20) AS host, 'user' || dice(i, 2, 5000) AS user,
           concat('10.', dice(i, 3, 100), '.', dice(i, 4, 10), '.', dice(i, 5, 100)) AS src,
           's' || (i // 2) AS session, pick(i, 6, [200, 200, 200, 404, 500])::BIGINT AS status,
           dice(i, 7, 100000) AS bytes,
           concat('/app/', dice(i, 8, 300), '/item?id=', dice(i, 10, 1000000)) AS url,
           pick(i, 11, ['allowed', 'blocked', 'dropped', 'unknown']) AS action,
           pick(i, 12, ['GET', 'GET', 'POST']) AS method,
           pick(i, 13, ['Mozilla/5.0', 'curl/8.1', 'python-requests/2.31']) AS agent
    FROM range({rows}) r(i))
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
