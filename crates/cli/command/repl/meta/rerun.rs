//! The last search again: `:watch 10s`; a picture of its rows: `:plot`.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anyhow::Result;
use chrono::Utc;
use clap::ValueEnum;

use super::Shell;
use crate::{
    diagnostic,
    interrupt::Interrupt,
    output::Screen,
    plot::{self, Kind, Size},
};

/// The time between two runs where none is said.
const EVERY: Duration = Duration::from_secs(5);

impl Shell {
    /// Runs the last search again and again until Ctrl-C.
    pub(super) async fn watch(&mut self, said: &str) -> Result<()> {
        let Some(text) = self.last_or_said("") else { return Ok(()) };
        let Some(every) = (if said.is_empty() { Some(EVERY) } else { span(said) }) else {
            diagnostic::print_error(&format!("`{said}` is no span; `10s`, `5m` and `1h` are"));
            return Ok(());
        };
        let mut interrupt = Interrupt::listen();
        loop {
            {
                let mut out = io::stdout().lock();
                if out.is_terminal() {
                    write!(out, "\x1b[H\x1b[2J")?;
                }
                let now = Utc::now().with_timezone(&self.engine.timezone()).format("%Y-%m-%d %H:%M:%S");
                writeln!(out, "every {}s, {now}: {}\n", every.as_secs(), text.replace('\n', " "))?;
                out.flush()?;
            }
            self.search(&text).await?;
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = interrupt.heard() => {
                    self.interrupted = true;
                    return Ok(());
                }
            }
        }
    }

    /// Draws the rows of the last search.
    pub(super) fn plot(&self, said: &str) -> Result<()> {
        let Some((_, Some(kept))) = &self.last else {
            diagnostic::print_error("there are no rows yet");
            return Ok(());
        };
        let kind = match Kind::from_str(said, true) {
            Ok(kind) => kind,
            Err(_) if said.is_empty() => Kind::default(),
            Err(_) => {
                let kinds = Kind::value_variants().iter().filter_map(Kind::to_possible_value);
                let kinds: Vec<String> = kinds.map(|kind| kind.get_name().to_owned()).collect();
                diagnostic::print_error(&format!("there is no picture `{said}`; there are {}", kinds.join(", ")));
                return Ok(());
            }
        };
        let colour = diagnostic::has_colour_stdout();
        let screen = Screen::current(colour);
        let size = Size::within(screen.width, screen.height);
        match plot::draw(kind, &kept.schema, &kept.batches, size, colour, self.engine.timezone()) {
            Ok(picture) => io::stdout().lock().write_all(picture.as_bytes())?,
            Err(error) => diagnostic::print_error(&format!("{error:#}")),
        }
        if !kept.is_whole {
            diagnostic::print_remark("of the first rows; `--plot` draws all");
        }
        Ok(())
    }
}

/// A span of seconds, minutes or hours; a number alone counts seconds.
fn span(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = match text.get(digits.len()..)? {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return None,
    };
    let number: u64 = digits.parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(unit).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::span;

    #[test]
    fn spans_are_read() {
        assert_eq!(span("5s"), Some(Duration::from_secs(5)));
        assert_eq!(span("2m"), Some(Duration::from_secs(120)));
        assert_eq!(span("3"), Some(Duration::from_secs(3)));
        for none in ["", "0s", "s", "1d", "-1s", "99999999999999999999h"] {
            assert_eq!(span(none), None, "{none}");
        }
    }
}
