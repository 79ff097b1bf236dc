//! A large CSV file without quotes, which can be cut at any end of a line: all cores read parts of it. `s1,a\ns2,b\n`
//!
//! What it gives is what the reader of all CSV files gives. Compressed files and those with quotes are left to that one.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use datafusion::arrow::array::StringArray;

use super::{
    super::{is_compressed, name_of},
    Columns,
};

/// Files below are read as fast by one core.
const LARGE: u64 = 1 << 20;
/// About how many bytes a part has.
const PART: u64 = 1 << 22;
/// How many bytes are searched for the end of a line at a time.
const BLOCK: usize = 1 << 16;

/// The header of a file, and the columns of its batches.
type Table = (Vec<String>, Vec<Vec<StringArray>>);

/// What a file has; none where it is not for this reader.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn read(path: &Path) -> io::Result<Option<Table>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length < LARGE || is_compressed(&name_of(path)) {
        return Ok(None);
    }
    let mut start = vec![0; BLOCK];
    file.read_exact(&mut start)?;
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let line =
        start.get(mark..).unwrap_or_default().split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    if line.is_empty() || line.contains(&b'"') || mark + line.len() == start.len() {
        return Ok(None);
    }
    let header: Vec<String> =
        line.split(|byte| *byte == b',').map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let mut bounds = vec![(mark + line.len()) as u64];
    while let Some(last) = bounds.last().filter(|last| **last < length) {
        bounds.push(next_line(&mut file, (last + PART).min(length), length)?);
    }
    let done = parts(path, &bounds, header.len())?;
    Ok(done.map(|done| (header, done)))
}

/// Where the first line begins behind a place.
fn next_line(file: &mut File, from: u64, length: u64) -> io::Result<u64> {
    file.seek(SeekFrom::Start(from))?;
    let mut block = vec![0; BLOCK];
    let mut place = from;
    while place < length {
        let read = file.read(&mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        if let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            return Ok(place + end as u64 + 1);
        }
        if read == 0 {
            break;
        }
        place += read as u64;
    }
    Ok(length)
}

/// The batches of all parts in their order; none where there are quotes.
fn parts(path: &Path, bounds: &[u64], width: usize) -> io::Result<Option<Vec<Vec<StringArray>>>> {
    let parts: Vec<(u64, u64)> = bounds.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    let cores = thread::available_parallelism().map_or(1, usize::from).min(parts.len());
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((start, end)) = parts.get(place) else { return io::Result::Ok(true) };
            file.seek(SeekFrom::Start(*start))?;
            bytes.resize(usize::try_from(end - start).map_err(io::Error::other)?, 0);
            file.read_exact(&mut bytes)?;
            if memchr::memchr(b'"', &bytes).is_some() {
                // The others need not begin another part.
                next.store(parts.len(), Ordering::Relaxed);
                return Ok(false);
            }
            let batches = part(&bytes, width);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((place, batches));
        }
    };
    let are_plain = thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
        let mut all = work()?;
        for other in others {
            all &= other.join().map_err(|_| io::Error::other("a reader failed"))??;
        }
        io::Result::Ok(all)
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable_by_key(|(place, _)| *place);
    Ok(are_plain.then(|| found.into_iter().flat_map(|(_, batches)| batches).collect()))
}

/// The columns of whole lines. A line without a byte is none.
fn part(bytes: &[u8], width: usize) -> Vec<Vec<StringArray>> {
    let whole = std::str::from_utf8(bytes).ok();
    let mut columns = Columns::new(width);
    let mut start = 0;
    let mut is_line = false;
    for (place, byte) in bytes.iter().chain(b"\n").enumerate() {
        // Both ends of lines and the comma stand before letters and digits.
        if *byte > b',' || !matches!(byte, b',' | b'\n' | b'\r') {
            continue;
        }
        is_line |= *byte == b',' || start < place;
        if is_line {
            match whole {
                Some(text) => columns.cell(text.get(start..place).unwrap_or_default()),
                None => columns.cell(&String::from_utf8_lossy(bytes.get(start..place).unwrap_or_default())),
            }
        }
        start = place + 1;
        if *byte != b',' && is_line {
            columns.end_row();
            is_line = false;
        }
    }
    columns.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::{super::columns, *};

    /// Both readers on a file that is large enough for several parts.
    fn check(lines: &[&str], header: &str, expected: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let mut content = header.as_bytes().to_vec();
        let filler = |n: usize| format!("s{n},a,{n},\n");
        for n in 0..400_000 {
            content.extend_from_slice(filler(n).as_bytes());
            content.extend(lines.get(n % 100_000).into_iter().flat_map(|line| line.bytes()));
        }
        fs::write(&path, &content).unwrap();
        let Some((names, batches)) = read(&path).unwrap() else { return assert!(!expected, "{lines:?}") };
        assert!(expected, "{lines:?}");
        let all = columns(&path).unwrap();
        assert_eq!(names, all.0);
        let rows = |batches: &[Vec<StringArray>], column: usize| -> Vec<Option<String>> {
            batches
                .iter()
                .flat_map(|batch| batch[column].iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>())
                .collect()
        };
        for column in 0..names.len() {
            assert!(rows(&batches, column) == rows(&all.1, column), "column {column} of {lines:?}");
        }
    }

    #[test]
    fn parts_give_what_the_whole_file_gives() {
        check(&["\n", "\r\n", "x\r", ",\n", "1,2,3,4,5\r\n", " \n", "é,ü\n"], "a,b,c\r\n", true);
        check(&["no end"], "\u{feff}a, b ,a\n", true);
        check(&[], "\na,b\n", false);
        check(&["\"a\nb\",c\n"], "a,b\n", false);
        check(&[], "\"a\",b\n", false);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let read = |bytes: &[u8]| part(bytes, 1).into_iter().flatten().next().unwrap();
        assert_eq!(read(b"a\xff\nb\n"), StringArray::from(vec!["a\u{fffd}", "b"]));
        assert_eq!(read(b"\n\r\n"), StringArray::from(Vec::<&str>::new()));
        assert_eq!(read(b"x"), StringArray::from(vec!["x"]));
    }
}
