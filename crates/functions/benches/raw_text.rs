//! Terms and phrases in raw events: megabytes a second.
//!
//! `cargo bench -p speleo-functions --bench raw_text [WORD…]`; `MEGABYTES=50` makes it short. The roof is the vectorised search for
//! the exact bytes through one buffer, which knows neither case nor events nor words. ILIKE is what DataFusion has.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails has nothing to clean up")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Scalar, StringArray},
        compute::{cast, ilike},
        datatypes::{DataType, Field},
    },
    common::{ScalarValue, config::ConfigOptions},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF},
};
use memchr::memmem::Finder;
use speleo_functions::eval::kernels;

const MEGABYTES: usize = 300;
const BATCH: usize = 8192;
const ROUNDS: usize = 5;

/// What is looked for: a name, the term with its mode, the pattern of ILIKE, the bytes of the roof.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    ("rare word", "segfault", "term", "%segfault%", "segfault"),
    ("absent word of frequent letters", "rationale", "term", "%rationale%", "rationale"),
    ("frequent word", "error", "term", "%error%", "error"),
    ("word in every event", "http", "term", "%http%", "HTTP"),
    ("address", "10.20.30.40", "term", "%10.20.30.40%", "10.20.30.40"),
    ("phrase", "connection reset by peer", "phrase", "%connection reset by peer%", "connection reset by peer"),
    ("wildcard at the end", "segf*", "term", "%segf%", "segf"),
    ("wildcard within", "seg*ult", "term", "%seg%ult%", "seg"),
    ("beyond ASCII", "größe", "term", "%größe%", "größe"),
    ("TERM()", "status=503", "TERM", "%status=503%", "status=503"),
    ("CASE()", "Segfault", "CASE", "%segfault%", "Segfault"),
];

fn main() {
    let megabytes = std::env::var("MEGABYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(MEGABYTES);
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let texts = events(megabytes << 20);
    let views: Vec<ArrayRef> = texts.iter().map(|batch| cast(batch, &DataType::Utf8View).unwrap()).collect();
    let bytes: usize = texts.iter().map(|batch| batch.as_string::<i32>().value_data().len()).sum();
    let term = kernels().into_iter().find(|kernel| kernel.name() == "spl_search_term").unwrap();
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{:<32} {:>9} {:>9} {:>9} {:>9} {:>9}   MB/s of {} MB",
        "",
        "events",
        "Utf8",
        "Utf8View",
        "ILIKE",
        "roof",
        bytes / 1_000_000
    );
    for (name, text, mode, pattern, exact) in CASES {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let pattern = Scalar::new(StringArray::from(vec![*pattern]));
        let finder = Finder::new(exact);
        let mut found = 0;
        let [ours, with_views, theirs, roof] = in_turns([
            &mut || found = texts.iter().map(|batch| count(&term, batch, text, mode)).sum(),
            &mut || {
                black_box(views.iter().map(|batch| count(&term, batch, text, mode)).sum::<usize>());
            },
            &mut || texts.iter().for_each(|batch| drop(black_box(ilike(batch, &pattern).unwrap()))),
            &mut || {
                texts.iter().for_each(|batch| {
                    black_box(finder.find_iter(batch.as_string::<i32>().value_data()).count());
                });
            },
        ])
        .map(speed);
        println!("{name:<32} {found:>9} {ours:>9.0} {with_views:>9.0} {theirs:>9.0} {roof:>9.0}");
    }
}

/// The best time of each, run in turns so that whatever else the machine does slows down all.
fn in_turns<const N: usize>(mut sides: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (side, best) in sides.iter_mut().zip(&mut best) {
            let start = Instant::now();
            side();
            *best = start.elapsed().min(*best);
        }
    }
    best
}

fn count(kernel: &ScalarUDF, batch: &ArrayRef, text: &str, mode: &str) -> usize {
    let literal = |text: &str| ColumnarValue::Scalar(ScalarValue::from(text));
    let field = |data_type: &DataType| Arc::new(Field::new("x", data_type.clone(), true));
    let verdicts = kernel.invoke_with_args(ScalarFunctionArgs {
        args: vec![ColumnarValue::Array(Arc::clone(batch)), literal(text), literal(mode)],
        arg_fields: vec![field(batch.data_type()), field(&DataType::Utf8), field(&DataType::Utf8)],
        number_rows: batch.len(),
        return_field: field(&DataType::Boolean),
        config_options: Arc::new(ConfigOptions::default()),
    });
    verdicts.unwrap().into_array(batch.len()).unwrap().as_boolean().true_count()
}

/// Access logs, of which one in a thousand is of another kind.
fn events(bytes: usize) -> Vec<ArrayRef> {
    let mut random = fastrand::Rng::with_seed(11);
    let mut batches: Vec<ArrayRef> = Vec::new();
    let mut size = 0;
    while size < bytes {
        let batch: StringArray = (0..BATCH).map(|_| Some(event(&mut random))).collect();
        size += batch.value_data().len();
        batches.push(Arc::new(batch));
    }
    batches
}

fn event(random: &mut fastrand::Rng) -> String {
    let host = random.u32(0..200);
    let clock = format!("{:02}:{:02}:{:02}", random.u32(0..24), random.u32(0..60), random.u32(0..60));
    match random.u32(0..4000) {
        0 => return format!("Nov 25 {clock} web{host} kernel: app[{host}]: Segfault at 0 ip 00007f8a error 4 in libc"),
        1 => {
            return format!(
                "Nov 25 {clock} web{host} proxy: recv failed: Connection reset by peer, client 10.20.30.40"
            );
        }
        2 => return format!("Nov 25 {clock} web{host} store: falsche Größe von Block {host}"),
        _ => {}
    }
    let address = [random.u8(..), random.u8(..), random.u8(..), random.u8(..)].map(|part| part.to_string()).join(".");
    let status = [200, 200, 200, 200, 304, 404, 500, 503][random.usize(0..8)];
    let remark = if random.u32(0..10) == 0 { " level=error reason=timeout" } else { " level=info" };
    format!(
        "{address} - user{host} [25/Nov/2026:{clock} +0000] \"GET /shop/item/{}?ref=start HTTP/1.1\" status={status} \
         bytes={} \"https://www.example.com/catalogue/{host}\" \"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\"{remark}",
        random.u32(..),
        random.u32(0..100_000)
    )
}
