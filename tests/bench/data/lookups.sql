-- The tables that searches look into, and the lists of the mail searches.
COPY (SELECT 'user' || i AS user, 'department' || (i % 40) AS department, i AS number FROM range(5000) r(i)) TO '{folder}/people.csv' (HEADER);
COPY (SELECT 's' || (i * 3) AS session, 'category' || (i % 12) AS category, i AS number FROM range(1000000) r(i)) TO '{folder}/sessions.csv' (HEADER);
COPY (SELECT 's' || (i * 300) AS session FROM range(10000) r(i)) TO '{folder}/few.csv' (HEADER);
COPY (SELECT concat('10.', i, '.*') AS src, 'zone' || (i % 7) AS zone FROM range(100) r(i)) TO '{folder}/patterns.csv' (HEADER);
COPY (SELECT concat('10.', i, '.0.0/16') AS network, 'zone' || (i % 7) AS zone FROM range(100) r(i)) TO '{folder}/networks.csv' (HEADER);
COPY (SELECT address(i) AS ip FROM range(2000) r(i)) TO '{folder}/addresses.csv' (HEADER);
COPY (SELECT concat('dom', i, '.', pick(i, 104, ['com', 'com', 'com', 'net', 'org', 'de', 'fr', 'io', 'top', 'xyz'])) AS sender_domain,
             {now} - CASE WHEN i % 250 = 1 THEN 3600 ELSE 86400 * (1 + i % 300) END AS first_seen, {now} - 60 AS last_seen
      FROM range(50000) r(i)) TO '{folder}/afi_esa_domain_sender.csv' (HEADER);
COPY (SELECT unnest(['top', 'xyz', 'click', 'zip']) AS top_tld, 'spam' AS reason, '2025-02-01' AS added) TO '{folder}/wsa_blocked_domain.csv' (HEADER);
COPY (SELECT CASE i % 3 WHEN 0 THEN concat('Statement of account ', i, '*') END AS message_subject,
             CASE i % 3 WHEN 1 THEN concat('*@dom', i * 17, '.*') END AS sender,
             CASE i % 3 WHEN 2 THEN concat('Invoice-', i, '*') END AS attachment,
             CASE WHEN i % 4 = 0 THEN '2025-06-30' ELSE '2031-12-31' END AS expire_date
      FROM range(120) r(i)) TO '{folder}/ess_whitelist_Phishing.csv' (HEADER);
COPY (SELECT CASE WHEN i % 2 = 0 THEN '*@example.com' END AS sender, concat('*.isp-pool', i, '.net') AS dns_name,
             CASE WHEN i % 5 = 0 THEN 'Meeting*' END AS message_subject, NULL AS recipient,
             CASE WHEN i % 4 = 0 THEN '2025-06-30' ELSE '2031-12-31' END AS expire_date
      FROM range(40) r(i)) TO '{folder}/ess_whitelist_email_spoofers.csv' (HEADER);
