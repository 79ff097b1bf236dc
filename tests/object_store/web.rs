//! A web server with a few files: HEAD, GET, and parts of files; it lists none.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

/// A server that ends with the test's process.
pub(crate) struct Web(String);

type Files = Vec<(String, Vec<u8>)>;

impl Web {
    pub(crate) fn start(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let files = Arc::new(files);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                std::thread::spawn(move || while answer(&stream, &files).is_some() {});
            }
        });
        Self(address)
    }

    pub(crate) fn address(&self) -> &str {
        &self.0
    }
}

/// Answers a request; none where the connection is at its end.
fn answer(mut stream: &TcpStream, files: &Files) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let range = headers.iter().find_map(|header| {
        let (name, value) = header.split_once(": ")?;
        let (start, end) = value.strip_prefix("bytes=")?.split_once('-')?;
        name.eq_ignore_ascii_case("range").then_some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?))
    });
    let path = target.split('?').next()?.replace("%20", " ");
    let file = files.iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes);
    let head = match (method.as_str(), file, range) {
        ("GET" | "HEAD", None, _) => "404 Not Found\r\nContent-Length: 0\r\n".to_owned(),
        ("HEAD", Some(bytes), _) => format!("200 OK\r\nContent-Length: {}\r\n", bytes.len()),
        ("GET", Some(bytes), Some((start, end))) => {
            let end = end.min(bytes.len() - 1);
            let size = bytes.len();
            let head = format!(
                "206 Partial Content\r\nContent-Range: bytes {start}-{end}/{size}\r\nContent-Length: {}\r\n",
                end + 1 - start
            );
            return send(stream, &head, &bytes[start..=end]);
        }
        ("GET", Some(bytes), None) => {
            return send(stream, &format!("200 OK\r\nContent-Length: {}\r\n", bytes.len()), bytes);
        }
        _ => "405 Method Not Allowed\r\nContent-Length: 0\r\n".to_owned(),
    };
    send(&mut stream, &head, &[])
}

fn send(mut stream: impl Write, head: &str, body: &[u8]) -> Option<()> {
    let modified = "Last-Modified: Wed, 01 Nov 2023 10:00:00 GMT\r\n";
    write!(stream, "HTTP/1.1 {head}{modified}\r\n").ok()?;
    stream.write_all(body).ok()
}
