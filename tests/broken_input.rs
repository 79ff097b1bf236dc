//! Data that is cut, garbage, in another encoding, or far too long: told with file and line, survived, and memory stays bounded.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// What a search printed, what it had to say, and the most memory it held at one moment, in megabytes, where the system tells.
struct Answer {
    rows: String,
    notes: String,
    peak: Option<usize>,
}

impl Answer {
    /// Checks the memory. Only Linux tells it of a process that runs: elsewhere the test is about rows and notes alone, and says so.
    fn held_less_than(&self, megabytes: usize) {
        match self.peak {
            Some(peak) => assert!(peak < megabytes, "{peak} MB"),
            None if cfg!(target_os = "linux") => panic!("the system did not tell the memory of the process"),
            None => eprintln!("not checked: the memory, which this system does not tell"),
        }
    }
}

fn search(folder: &Path, options: &[&str], spl: &str) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
    command.current_dir(folder).arg("search").args(["--output", "csv"]).args(options).args(["--", spl]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = None;
    let status = loop {
        // What the system says of a process is gone when it ends, so it is asked all the time.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<usize>().ok());
        peak = peak.max(kilobytes.map(|kilobytes| kilobytes >> 10));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let (mut rows, mut notes) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut rows).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut notes).unwrap();
    assert!(status.success(), "{spl}: {notes}");
    Answer { rows, notes, peak }
}

fn write(folder: &Path, name: &str, parts: &[&[u8]]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, parts.concat()).unwrap();
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let long = vec![b'x'; 100 << 20];
    write(folder.path(), "long.log", &[b"first\n", &long, b"\nlast\n"]);
    let spl = "index=m | eval n=len(_raw) | stats count, sum(eval(n>1000)) AS long, max(n) AS most";
    for options in [&["--index", "m=long.log"][..], &["--index", "m=long.log", "--sourcetype", "syslog"]] {
        let answer = search(folder.path(), options, spl);
        assert_eq!(answer.rows, "count,long,most\n3,1,16777216\n", "{options:?}: {}", answer.notes);
        assert!(answer.notes.contains("long.log: the event in line 2"), "{}", answer.notes);
        answer.held_less_than(400);
    }
    write(folder.path(), "long.jsonl", &[b"{\"a\": 1}\n{\"a\": \"", &long, b"\"}\n{\"a\": 2}\n"]);
    let answer = search(folder.path(), &["--index", "m=long.jsonl"], "index=m | stats count, sum(a) AS a");
    assert_eq!(answer.rows, "count,a\n2,3\n");
    assert!(answer.notes.contains("long.jsonl: 1 of 3 lines"), "{}", answer.notes);
    answer.held_less_than(500);
}

#[test]
fn an_archive_that_is_a_bomb() {
    let folder = tempfile::tempdir().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..150 {
        gzip.write_all(&zeros).unwrap();
    }
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 200_000);
    write(folder.path(), "bomb.log.gz", &[&bomb]);
    let answer = search(folder.path(), &["--index", "m=bomb.log.gz"], "index=m | stats count");
    assert_eq!(answer.rows, "count\n1\n");
    assert!(answer.notes.contains("bomb.log.gz: the event in line 1"), "{}", answer.notes);
    answer.held_less_than(400);
}

#[test]
fn text_in_another_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
    };
    write(folder.path(), "wide.log", &[&wide("user=ann né\r\nuser=bob\r\n", u16::to_le_bytes)]);
    write(folder.path(), "wide.csv", &[&wide("user,city\nann,Zürich\n", u16::to_be_bytes)]);
    write(folder.path(), "wide.jsonl", &[&wide("{\"user\": \"ann\", \"city\": \"Zürich\"}\n", u16::to_le_bytes)]);
    let answer = search(folder.path(), &["--index", "m=wide.log"], "index=m user=ann | table _raw");
    assert_eq!((answer.rows.as_str(), answer.notes.as_str()), ("_raw\nuser=ann né\n", ""));
    for file in ["wide.csv", "wide.jsonl"] {
        let answer = search(folder.path(), &["--index", &format!("m={file}")], "index=m | table user city");
        assert_eq!((answer.rows.as_str(), answer.notes.as_str()), ("user,city\nann,Zürich\n", ""), "{file}");
    }
    write(folder.path(), "latin.log", &[b"fine\nfine\nn\xe9\n"]);
    let answer = search(folder.path(), &["--index", "m=latin.log"], "index=m | table _raw");
    assert!(answer.rows.contains("n\u{fffd}"), "{}", answer.rows);
    assert!(
        answer.notes.contains("latin.log: bytes that are no text") && answer.notes.contains("line 3"),
        "{}",
        answer.notes
    );
    write(folder.path(), "app/props.conf", &[b"[latin]\nCHARSET = ISO-8859-1\n"]);
    let options = ["--index", "m=latin.log", "--conf", "app", "--sourcetype", "latin"];
    let answer = search(folder.path(), &options, "index=m | where like(_raw, \"n%\") | table _raw");
    assert_eq!((answer.rows.as_str(), answer.notes.as_str()), ("_raw\nné\n", ""));
}

#[test]
fn garbage_of_each_kind() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 0x5EED_u64;
    let mut garbage = Vec::new();
    for _ in 0..200_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        garbage.extend(state.to_le_bytes());
    }
    for sourcetype in
        ["text", "syslog", "access_combined", "XmlWinEventLog", "WinEventLog", "csv", "_json", "zeek", "iis"]
    {
        write(folder.path(), "garbage.log", &[&garbage]);
        let options = ["--index", "m=garbage.log", "--sourcetype", sourcetype];
        let answer = search(folder.path(), &options, "index=m | eval n=len(_raw) | stats count, max(n) AS n");
        assert!(answer.rows.starts_with("count,n\n"), "{sourcetype}: {}", answer.rows);
        assert!(answer.notes.contains("garbage.log: bytes that are no text"), "{sourcetype}: {}", answer.notes);
    }
    let mut log = b"ElfFile\0".to_vec();
    log.extend(&garbage);
    write(folder.path(), "garbage.evtx", &[&log]);
    let answer = search(folder.path(), &["--index", "m=garbage.evtx"], "index=m | stats count");
    assert!(answer.notes.contains("garbage.evtx"), "{}", answer.notes);
}

#[test]
fn regexes_that_run_away_or_cannot_be_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}\nlast\n", "a".repeat(20_000));
    write(folder.path(), "a.log", &[text.as_bytes()]);
    let cases: [(&str, Option<usize>); 6] = [
        ("LINE_BREAKER = ((a*)*)*\\2(?=b)", None),
        ("LINE_BREAKER = (\\w{1000}){1000}{1000}", Some(2)),
        ("LINE_BREAKER = (", Some(2)),
        ("BREAK_ONLY_BEFORE = ^(a+)+(?!a)$", None),
        ("TIME_PREFIX = (?<=(a+)+)b", None),
        ("SEDCMD-x = s/(a|a)*(?=c)\\1/b/g", None),
    ];
    for (setting, line) in cases {
        write(folder.path(), "app/props.conf", &[b"[s]\n", setting.as_bytes(), b"\n"]);
        let options = ["--index", "m=a.log", "--conf", "app", "--sourcetype", "s"];
        let answer = search(folder.path(), &options, "index=m | stats count");
        assert!(answer.rows.starts_with("count\n"), "{setting}: {}", answer.rows);
        if let Some(line) = line {
            assert!(answer.notes.contains(&format!("app/props.conf:{line}")), "{setting}: {}", answer.notes);
        }
    }
}
