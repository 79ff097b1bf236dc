-- Logons, process starts and network connections of Windows hosts as wide JSON lines: 15 fields and 45 below EventData.
COPY (
  SELECT strftime(_time, '%Y-%m-%dT%H:%M:%S.%fZ') AS _time, event AS EventID, 'Microsoft-Windows-Security-Auditing' AS ProviderName,
         '{54849625-5478-4994-A5BA-3E3B0328C30D}' AS ProviderGuid, 'Security' AS Channel, concat('WS', dice(i, 302, 2000), '.corp.example.com') AS Computer,
         0 AS Level, pick(event, 303, [12544, 12545, 13312]) AS Task, 0 AS Opcode, '0x8020000000000000' AS Keywords, i AS EventRecordID,
         4 + 4 * dice(i, 304, 300) AS ExecutionProcessID, 4 * dice(i, 305, 4000) AS ExecutionThreadID, 2 AS Version,
         concat('{', md5(i::VARCHAR), '}') AS ActivityID,
         {
           'SubjectUserSid': concat('S-1-5-21-1004336348-1177238915-682003330-', dice(i, 306, 5000)), 'SubjectUserName': 'user' || dice(i, 306, 5000),
           'SubjectDomainName': 'CORP', 'SubjectLogonId': printf('0x%x', dice(i, 307, 1000000000)),
           'TargetUserSid': concat('S-1-5-21-1004336348-1177238915-682003330-', dice(i, 308, 5000)), 'TargetUserName': 'user' || dice(i, 308, 5000),
           'TargetDomainName': 'CORP', 'TargetLogonId': printf('0x%x', dice(i, 309, 1000000000)), 'TargetServerName': 'localhost', 'TargetInfo': 'localhost',
           'LogonType': pick(i, 310, [2, 3, 3, 3, 5, 7, 10]), 'LogonProcessName': 'Advapi', 'AuthenticationPackageName': pick(i, 311, ['Kerberos', 'NTLM']),
           'LogonGuid': concat('{', md5((i * 7)::VARCHAR), '}'), 'TransmittedServices': '-', 'LmPackageName': '-', 'KeyLength': 0,
           'WorkstationName': 'WS' || dice(i, 312, 2000), 'IpAddress': concat('10.', dice(i, 313, 20), '.', dice(i, 314, 250), '.', dice(i, 315, 250)),
           'IpPort': 1024 + dice(i, 316, 60000), 'ProcessId': printf('0x%x', dice(i, 317, 65536)), 'NewProcessId': printf('0x%x', dice(i, 318, 65536)),
           'ProcessName': image, 'NewProcessName': image, 'ParentProcessName': concat('C:\Windows\System32\', pick(i, 319, ['services', 'explorer', 'svchost']), '.exe'),
           'CommandLine': concat('"', image, '" ', CASE WHEN dice(i, 320, 5000) = 0 THEN '-EncodedCommand SQBFAFgA' ELSE concat('/run /id:', dice(i, 321, 1000000)) END),
           'ParentCommandLine': 'C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule', 'CurrentDirectory': 'C:\Windows\system32\',
           'TokenElevationType': '%%1936', 'MandatoryLabel': 'S-1-16-8192', 'ImpersonationLevel': '%%1833', 'RestrictedAdminMode': '-',
           'VirtualAccount': '%%1843', 'ElevatedToken': '%%1842', 'Status': pick(i, 322, ['0x0', '0x0', '0xc000006d']), 'SubStatus': pick(i, 323, ['0x0', '0xc000006a']),
           'FailureReason': '%%2313', 'Protocol': pick(i, 324, ['tcp', 'udp']), 'SourcePort': dice(i, 325, 65536), 'DestinationPort': pick(i, 326, [80, 443, 445, 3389]),
           'DestinationIp': address(dice(i, 327, 30000)), 'Hashes': concat('MD5=', md5(image), ',IMPHASH=', md5('i' || image)),
           'Company': 'Microsoft Corporation', 'Description': 'Host Process for Windows Services', 'IntegrityLevel': pick(i, 328, ['Medium', 'High', 'System'])
         } AS EventData
  FROM (SELECT i, moment(i, {rows}, 30) AS _time, pick(i, 301, [4624, 4624, 4624, 4625, 4634, 4672, 4688, 4688, 5156]) AS event,
               concat('C:\Windows\System32\', pick(i, 329, ['cmd', 'powershell', 'svchost', 'lsass', 'wmiprvse', 'rundll32', 'chrome', 'outlook']), '.exe') AS image
        FROM range({rows}) r(i))
) TO '{path}' (FORMAT json)
