-- A week of summaries of a mail gateway: one event for a message and a recipient, two recipients a message. What the message says is
-- drawn by its number `m`, what the sender is by the number `s` of one of 300,000 senders in 50,000 domains.
COPY (
  WITH drawn AS (
    SELECT i, i // 2 AS m, moment(i, {rows}, 7) AS _time, dice(i // 2, 101, 300000) AS s, dice(i // 2, 102, 100) AS kind,
           dice(i // 2, 103, 2000) AS campaign
    FROM range({rows}) r(i)),
  named AS (
    SELECT *, kind < 10 AS is_campaign,
           CASE WHEN s % 5 = 0 THEN 'example.com'
                ELSE concat('dom', s % 50000, '.', pick(s % 50000, 104, ['com', 'com', 'com', 'net', 'org', 'de', 'fr', 'io', 'top', 'xyz'])) END AS domain
    FROM drawn)
  SELECT _time, 'esa' || (m % 4) AS orig_host,
         CASE WHEN kind = 99 THEN NULL
              WHEN is_campaign THEN concat(pick(campaign, 105, ['Invoice overdue', 'Scanned copy', 'Remittance advice', 'Fax message']), ' ', campaign)
              ELSE concat(pick(m, 106, ['Re: Project status', 'Meeting notes', 'Order confirmation #', 'Statement of account', 'Weekly parts list',
                                        'Fwd: contract draft', 'Build passed', 'Lunch on Friday?']), ' ', dice(m, 107, 200000)) END AS message_subject,
         concat(pick(s, 108, ['ana', 'ben', 'carla', 'dmitri', 'bounce-', 'info', 'noreply', 'orders']), s // 50000, '@', domain) AS sender,
         concat('user', dice(i, 109, 20000), '@example.com') AS recipient,
         CASE WHEN is_campaign AND campaign % 3 = 0 THEN concat('Invoice-', campaign, '.docm')
              WHEN is_campaign AND campaign % 3 = 1 THEN concat('scan.copy.doc.', pick(campaign, 110, ['zip', 'exe', 'pdf']))
              WHEN kind >= 85 THEN concat('report-', dice(m, 107, 200000) % 1000, pick(dice(m, 107, 200000), 112, ['.pdf', '.xls', '.ics', '.png'])) END AS attachment,
         CASE WHEN attachment IS NOT NULL THEN split_part(attachment, '.', -1) END AS attachment_type,
         CASE WHEN dice(m, 113, 20) = 0 THEN address(dice(m, 114, 2000))
              WHEN dice(m, 113, 20) = 1 THEN concat('host', dice(m, 115, 1000), '.isp-pool', dice(m, 115, 50), '.net')
              ELSE concat('mx', s % 3, '.', domain) END AS email_dns_name,
         CASE WHEN dice(m, 116, 100) < (CASE WHEN is_campaign THEN 40 ELSE 80 END) THEN 'Message done done'
              ELSE pick(m, 117, ['Quarantined done released', 'Quarantine Quarantined done released', 'Message aborted Dropped by antispam',
                                 'Message aborted Dropped by amp', 'Bounced Message bounced', 'Quarantine Quarantined']) END AS vendor_action,
         (70000000 + m)::VARCHAR AS internal_message_id,
         epoch_us(_time) // 1000000 - dice(i, 118, 5) AS time_start,
         900 + dice(m, 119, 400000) AS message_size
  FROM named
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
