//! How plans and pipelines are drawn: trees with branches, commands by number, lines cut to the window.
//!
//! ```text
//! sort · NaturalSortExec  #3 sort  expr=[count DESC]
//! └─ sum up the parts · AggregateExec  #2 stats  gby=[host]
//! ```

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anyhow::Result;
use speleo_engine::{Explanation, PlanNode};
use unicode_width::UnicodeWidthStr;

use crate::{
    diagnostic::{has_colour_stdout, position},
    output::{Screen, cell::visible, table::cut},
    query_file::Query,
};

/// Below this width names of commands take the room of what is said of them.
const NARROW: usize = 110;

/// How an explanation is shown.
pub(crate) struct View<'a> {
    explanation: &'a Explanation,
    /// The lines of each command in the search as typed; none where it has one line.
    lines: Option<Vec<usize>>,
    /// How wide the window is; none where nothing is to be cut.
    pub(crate) width: Option<usize>,
    /// Whether everything is shown.
    pub(crate) verbose: bool,
    colour: bool,
}

/// Parts of a line that look different on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A heading.
    Title,
    /// A command.
    Command,
    /// What few look at.
    Dim,
    /// What takes most of the time.
    Hot,
    /// Anything else.
    Plain,
}

/// Pieces of a line, each in its style.
pub(crate) type Line = Vec<(Style, String)>;

impl<'a> View<'a> {
    /// The view of an explanation on standard output.
    pub(crate) fn new(query: &Query, explanation: &'a Explanation, verbose: bool) -> Self {
        let has_lines = query.text.trim().contains('\n');
        let line = |place: &speleo_syntax::Span| position(query, place.start as usize).0;
        let lines = has_lines.then(|| explanation.places.iter().map(line).collect());
        let colour = has_colour_stdout();
        let width = (!verbose && io::stdout().is_terminal()).then(|| Screen::current(colour).width);
        Self { explanation, lines, width, verbose, colour }
    }

    /// Some commands: `#3 stats`, `#2 eval, #4 where (lines 2–4)`; nothing where there are none.
    pub(crate) fn commands(&self, commands: &[usize]) -> String {
        let known = &self.explanation.commands;
        let one = |place: &usize| known.get(*place).map(|command| format!("#{} {}", command.number, command.name));
        let shown: Vec<String> = match commands {
            // A run of commands is a range.
            [first, .., last] if commands.len() > 2 && last - first + 1 == commands.len() => {
                vec![[first, last].into_iter().filter_map(one).collect::<Vec<_>>().join(" – ")]
            }
            _ => commands.iter().filter_map(one).collect(),
        };
        let mut text = shown.join(", ");
        let line = |place: Option<&usize>| self.lines.as_ref()?.get(*place?).copied();
        match (line(commands.first()), line(commands.last())) {
            (Some(first), Some(last)) if first == last => text.push_str(&format!(" (line {first})")),
            (Some(first), Some(last)) => text.push_str(&format!(" (lines {first}–{last})")),
            _ => {}
        }
        text
    }

    /// The same; in a narrow window their numbers alone.
    pub(crate) fn commands_in_room(&self, commands: &[usize]) -> String {
        if self.width.is_none_or(|width| width >= NARROW) {
            return self.commands(commands);
        }
        let known = |place: &usize| self.explanation.commands.get(*place);
        let numbers = commands.iter().filter_map(known).map(|command| format!("#{}", command.number));
        numbers.collect::<Vec<_>>().join(" ")
    }

    /// Writes a heading.
    pub(crate) fn title(&self, title: &str, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}", self.styled(Style::Title, title))?;
        Ok(())
    }

    /// Writes a line of a section, cut to the window.
    pub(crate) fn line(&self, pieces: &Line, out: &mut dyn Write) -> Result<()> {
        let mut left = self.width.map(|width| width.saturating_sub(2));
        let mut line = String::from("  ");
        for (style, text) in pieces {
            let text = visible(text).replace('\n', "␊");
            let shown = match left {
                Some(0) => break,
                Some(width) => cut(&text, width),
                None => text,
            };
            left = left.map(|left| left.saturating_sub(shown.width()));
            line.push_str(&self.styled(*style, &shown));
        }
        writeln!(out, "{}", line.trim_end())?;
        Ok(())
    }

    /// Writes a text that is never cut, as it is to be copied.
    pub(crate) fn whole(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "  {}", visible(text))?;
        Ok(())
    }

    /// Writes a plan.
    pub(crate) fn plan(&self, plan: &PlanNode, out: &mut dyn Write) -> Result<()> {
        let nodes = flat(plan);
        let depths: Vec<usize> = nodes.iter().map(|(depth, _)| *depth).collect();
        for ((_, node), branch) in nodes.iter().zip(branches(&depths)) {
            let mut line = vec![(Style::Dim, branch), (Style::Plain, node.name.to_owned())];
            line.push((Style::Dim, format!(" · {}", node.operator)));
            if !node.commands.is_empty() {
                line.push((Style::Command, format!("  {}", self.commands(&node.commands))));
            }
            line.push((Style::Dim, format!("  {}", node.details)));
            self.line(&line, out)?;
        }
        Ok(())
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Title => "1",
            Style::Command => "36",
            Style::Dim => "2",
            Style::Hot => "1;31",
            Style::Plain => return text.to_owned(),
        };
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The nodes of a plan from top to bottom with their depths.
pub(crate) fn flat(plan: &PlanNode) -> Vec<(usize, &PlanNode)> {
    let mut nodes = Vec::new();
    let mut rest = vec![(0, plan)];
    while let Some((depth, node)) = rest.pop() {
        nodes.push((depth, node));
        rest.extend(node.inputs.iter().rev().map(|input| (depth + 1, input)));
    }
    nodes
}

/// The same with what stands before each, drawn narrow: an operator's only input stands right below it.
pub(crate) fn narrow(plan: &PlanNode) -> Vec<(String, &PlanNode)> {
    let mut lines = Vec::new();
    let mut rest = vec![(String::new(), String::new(), plan)];
    while let Some((first, below, node)) = rest.pop() {
        lines.push((first, node));
        let last = node.inputs.len().saturating_sub(1);
        rest.extend(node.inputs.iter().enumerate().rev().map(|(place, input)| match place {
            _ if last == 0 => (below.clone(), below.clone(), input),
            place if place == last => (format!("{below}└─ "), format!("{below}   "), input),
            _ => (format!("{below}├─ "), format!("{below}│  "), input),
        }));
    }
    lines
}

/// What stands before each line of a tree whose lines have these depths.
pub(crate) fn branches(depths: &[usize]) -> Vec<String> {
    let goes_on = |from: usize, depth: usize| {
        let below = depths.get(from + 1..).unwrap_or_default();
        below.iter().take_while(|own| **own >= depth).any(|own| *own == depth)
    };
    let branch = |(place, depth): (usize, &usize)| {
        let outer = (1..*depth).map(|level| if goes_on(place, level) { "│  " } else { "   " });
        let own = match depth {
            0 => "",
            _ if goes_on(place, *depth) => "├─ ",
            _ => "└─ ",
        };
        outer.chain([own]).collect()
    };
    depths.iter().enumerate().map(branch).collect()
}

/// A time: `345 µs`, `12 ms`, `1.23 s`.
pub(crate) fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        micros if micros < 999.5 => format!("{micros:.0} µs"),
        micros if micros < 1e4 => format!("{:.1} ms", micros / 1e3),
        micros if micros < 1e6 => format!("{:.0} ms", micros / 1e3),
        micros => format!("{:.2} s", micros / 1e6),
    }
}

/// A number of bytes with three figures: `1.23 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while number >= 999.5
        && let Some(larger) = units.next()
    {
        (number, unit) = (number / 1e3, larger);
    }
    match number {
        number if unit == "B" || number >= 99.95 => format!("{number:.0} {unit}"),
        number if number >= 9.995 => format!("{number:.1} {unit}"),
        number => format!("{number:.2} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{branches, size, time};
    use crate::quantity::thousands;

    #[test]
    fn branches_lead_from_each_line_to_its_parent() {
        //  a ─┬ b ─ c
        //     └ d ─┬ e
        //          └ f
        assert_eq!(branches(&[0, 1, 2, 1, 2, 2]), ["", "├─ ", "│  └─ ", "└─ ", "   ├─ ", "   └─ "]);
        // Commands with brackets: several roots.
        assert_eq!(branches(&[0, 1, 1, 0]), ["", "├─ ", "└─ ", ""]);
        assert_eq!(branches(&[0, 1, 2, 2, 1]), ["", "├─ ", "│  ├─ ", "│  └─ ", "└─ "]);
    }

    #[test]
    fn figures() {
        assert_eq!(time(Duration::from_micros(345)), "345 µs");
        assert_eq!(time(Duration::from_micros(12_345)), "12 ms");
        assert_eq!(time(Duration::from_micros(1_234)), "1.2 ms");
        assert_eq!(time(Duration::from_millis(1_234)), "1.23 s");
        assert_eq!(
            (size(999), size(1_000), size(12_340), size(999_600)),
            ("999 B".to_owned(), "1.00 kB".to_owned(), "12.3 kB".to_owned(), "1.00 MB".to_owned())
        );
        assert_eq!(
            (thousands(7), thousands(1_234), thousands(1_234_567)),
            ("7".to_owned(), "1,234".to_owned(), "1,234,567".to_owned())
        );
    }
}
