-- The log of a web server in the combined format, as text.
COPY (
  SELECT concat(address(dice(i, 401, 30000)), ' - ', pick(i, 402, ['-', '-', 'user' || dice(i, 403, 5000)]),
                ' [', strftime(moment(i, {rows}, 30), '%d/%b/%Y:%H:%M:%S +0000'), '] "', pick(i, 404, ['GET', 'GET', 'GET', 'POST']), ' /shop/',
                pick(i, 405, ['cart', 'product', 'category', 'checkout', 'search']), '/', dice(i, 406, 3000), '?session=', md5(i::VARCHAR)[:16], ' HTTP/1.1" ',
                pick(i, 407, [200, 200, 200, 200, 304, 404, 500, 503]), ' ', dice(i, 408, 60000), ' "https://shop.example.com/', dice(i, 409, 100), '" "',
                pick(i, 410, ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0', 'curl/8.1.2']),
                '"', CASE WHEN dice(i, 411, 100000) = 0 THEN ' upstream_timeout' ELSE '' END) AS line
  FROM range({rows}) r(i)
) TO '{path}' (FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '')
