//! What a line of usage says of a command: its options with their values, its words, what else it takes.
//! `dedup [<count>] <field>… [keepempty=<bool>] [sortby [+|-]<field>…]`

use speleo_syntax::CommandSpec;

/// Whether a command's functions are those of `stats`.
pub(crate) fn is_statistical(spec: &CommandSpec) -> bool {
    spec.usage.contains("<function>")
}

/// Whether a command takes expressions.
pub(super) fn computes(spec: &CommandSpec) -> bool {
    spec.usage.contains("<expression>") || spec.name() == "where"
}

/// A line of usage, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Usage<'u> {
    /// Options and what stands behind their sign: `keepempty`, `<bool>`.
    pub(crate) options: Vec<(&'u str, &'u str)>,
    /// What else it takes: `field`, `count`.
    pub(crate) takes: Vec<&'u str>,
    /// The words of its grammar: `BY`, `sortby`.
    pub(crate) words: Vec<&'u str>,
}

impl<'u> Usage<'u> {
    /// Takes a line apart.
    pub(crate) fn read(line: &'u str) -> Self {
        let mut usage = Self::default();
        // The first word is the command's own name.
        let line = line.trim_start_matches(['|', ' ']);
        let mut rest = line.split_once(' ').map_or("", |(_, rest)| rest);
        while let Some(first) = rest.chars().next() {
            if first == '<' {
                let end = rest.find('>').unwrap_or(rest.len());
                usage.takes.extend(rest.get(1..end));
                rest = rest.get(end + 1..).unwrap_or_default();
            } else if is_name(first) {
                let end = rest.find(|next| !is_name(next) && next != '-').unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                rest = after;
                if let Some(value) = after.strip_prefix('=') {
                    let end = end_of_value(value);
                    let (value, after) = value.split_at(end);
                    if !usage.options.iter().any(|(known, _)| *known == name) {
                        usage.options.push((name, value));
                    }
                    rest = after;
                } else if name.len() > 1 {
                    usage.words.push(name);
                }
            } else {
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        usage
    }

    /// The values that an option takes, or what they are in `<…>`; empty for options that the line does not have.
    pub(crate) fn values(&self, option: &str) -> Vec<&'u str> {
        let found = self.options.iter().find(|(name, _)| name.eq_ignore_ascii_case(option));
        let value = found.map_or("", |(_, value)| value.trim_matches(['(', ')', '"']));
        value.split('|').map(|one| one.rsplit('=').next().unwrap_or(one)).filter(|one| !one.is_empty()).collect()
    }

    /// Whether it takes something of a name.
    pub(crate) fn takes(&self, what: &str) -> bool {
        self.takes.contains(&what)
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where the value of an option ends: at a blank or bracket that is not within its own.
fn end_of_value(value: &str) -> usize {
    let mut depth = 0_usize;
    for (at, next) in value.char_indices() {
        match next {
            ' ' | ']' if depth == 0 => return at,
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::Usage;

    #[test]
    fn a_line_of_usage_says_what_a_command_takes() {
        let usage = Usage::read("dedup [<count>] <field>… [keepempty=<bool>] [sortby [+|-]<field>…]");
        assert_eq!(usage.options, [("keepempty", "<bool>")]);
        assert_eq!(usage.takes, ["count", "field", "field"]);
        assert_eq!(usage.words, ["sortby"]);
    }

    #[test]
    fn values_are_listed() {
        let usage = Usage::read(
            "x [type=inner|left|outer] [p=<count>|p=<count>-<count>] [format=(raw|csv)] [n=<number or field>] y",
        );
        assert_eq!(usage.values("TYPE"), ["inner", "left", "outer"]);
        assert_eq!(usage.values("format"), ["raw", "csv"]);
        assert_eq!(usage.values("n"), ["<number or field>"]);
        assert_eq!(usage.values("none"), [""; 0]);
        assert_eq!(usage.words, [""; 0]);
    }

    #[test]
    fn every_command_s_usage_is_read() {
        for spec in speleo_syntax::COMMANDS {
            let usage = Usage::read(spec.usage);
            for option in spec.options.iter().filter(|option| spec.usage.contains(&format!("[{option}="))) {
                assert!(usage.options.iter().any(|(name, _)| name == option), "{}: {option}", spec.name());
            }
        }
    }
}
