-- Sessions at terminals: each begins, does three things and ends; every twentieth never ends. A terminal has one session after the other.
COPY (
  SELECT _time, concat('terminal', s % 20000) AS terminal, concat('k', s) AS id,
         CASE step WHEN 0 THEN 'begin' WHEN 4 THEN 'end' ELSE 'work' END AS kind, 'user' || dice(s, 501, 5000) AS user, dice(i, 502, 5000) AS bytes
  FROM (SELECT i, i // 5 AS s, i % 5 AS step, make_timestamp(({now}::BIGINT - 30 * 86400) * 1000000 + ((i // 5)::HUGEINT * 30 * 86400000000 * 5 // {rows})::BIGINT
                                                             + (i % 5) * 7000000 + dice(i, 503, 5000000)) AS _time
        FROM range({rows}) r(i))
  WHERE NOT (step = 4 AND dice(s, 504, 20) = 0)
  ORDER BY _time, i
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
