-- Calls of an interface: a column with nested JSON as text.
COPY (
  SELECT moment(i, {rows}, 30) AS _time, 'api' || dice(i, 601, 10) AS host,
         to_json({
           'request': {'id': md5(i::VARCHAR), 'method': pick(i, 602, ['GET', 'POST', 'PUT', 'DELETE']), 'path': concat('/v1/orders/', dice(i, 603, 100000)),
                       'headers': {'user-agent': pick(i, 604, ['Mozilla/5.0', 'okhttp/4.9', 'curl/8.1']), 'accept': 'application/json', 'x-trace': dice(i, 605, 1000000000)}},
           'user': {'name': 'user' || dice(i, 606, 5000), 'tenant': 'tenant' || dice(i, 607, 50), 'roles': ['reader', pick(i, 608, ['writer', 'admin', 'guest'])]},
           'response': {'status': pick(i, 609, [200, 200, 201, 404, 500]), 'bytes': dice(i, 610, 50000), 'latency': dice(i, 611, 5000) / 10.0},
           'items': [{'sku': 'sku' || dice(i, 612, 1000), 'quantity': 1 + dice(i, 613, 5)}, {'sku': 'sku' || dice(i, 614, 1000), 'quantity': 1 + dice(i, 615, 5)}]
         })::VARCHAR AS body
  FROM range({rows}) r(i)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
