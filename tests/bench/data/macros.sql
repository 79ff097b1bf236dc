-- What the other files draw with. One seed is in every draw. The hash of a pair would be the hashes of its parts put together by bits, so that draws
-- with the same i depended on each other; that of one number does not.
CREATE MACRO dice(i, k, n) AS (hash(i::BIGINT * 1000 + k + {seed} * 1000000007) % n)::BIGINT;
CREATE MACRO pick(i, k, list) AS list[1 + dice(i, k, len(list))];
-- The instant of event i of n, over the given number of days up to the last.
CREATE MACRO moment(i, n, days) AS make_timestamp({now}::BIGINT * 1000000 - days * 86400000000 + (i::HUGEINT * days * 86400000000 // n)::BIGINT);
CREATE MACRO address(a) AS concat(11 + dice(a, 901, 160), '.', dice(a, 902, 256), '.', dice(a, 903, 256), '.', 1 + dice(a, 904, 254));
