//! Reading `transaction`.

use super::{Filter, MvList, Transaction};
use crate::{Code, Command, Diagnostic, Field, Spanned, cursor::Cursor, eval, option::Choice, search, token};

pub(super) fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut transaction = Transaction {
        span: cursor.command_span(),
        name: None,
        fields: Vec::new(),
        max_span: None,
        max_pause: None,
        max_events: None,
        starts_with: None,
        ends_with: None,
        connected: true,
        keep_orphans: false,
        keep_evicted: false,
        delim: None,
        mv_list: MvList::None,
        mv_raw: false,
        null_text: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if name_of_option(cursor, "startswith") {
            transaction.starts_with = Some(filter(cursor)?);
        } else if name_of_option(cursor, "endswith") {
            transaction.ends_with = Some(filter(cursor)?);
        } else if name_of_option(cursor, "mvlist") {
            transaction.mv_list = list(cursor);
        } else if let Some(option) = cursor.option() {
            transaction.set(cursor, &option);
        } else if let Some(field) = cursor.field() {
            transaction.fields.push(field);
        } else {
            cursor.expected("a field or an option");
            return None;
        }
    }
    Some(Command::Transaction(transaction))
}

impl Transaction {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "maxspan" => self.max_span = seconds(cursor, option),
            "maxpause" => self.max_pause = seconds(cursor, option),
            "maxevents" => {
                let unlimited = option.value.node.starts_with('-');
                self.max_events = Some(if unlimited { 0 } else { cursor.unsigned(option) });
            }
            "connected" => self.connected = cursor.boolean(option),
            "keeporphans" => self.keep_orphans = cursor.boolean(option),
            "keepevicted" => self.keep_evicted = cursor.boolean(option),
            "delim" => self.delim = Some(option.value.node.clone()),
            "mvraw" => self.mv_raw = cursor.boolean(option),
            "nullstr" => self.null_text = Some(option.value.node.clone()),
            "name" => self.name = Some(option.value.clone()),
            "maxopenevents" | "maxopentxn" | "unifyends" => {}
            _ => cursor.unknown_option(option),
        }
    }
}

/// Takes `name=` if it comes next.
fn name_of_option(cursor: &mut Cursor, name: &str) -> bool {
    let start = cursor.position();
    let found = cursor.token(token::option_name).is_some_and(|found| found.node.eq_ignore_ascii_case(name));
    if found && cursor.symbol("=").is_some() {
        return true;
    }
    cursor.go(start);
    false
}

/// A time such as `30s`, `5m` or `10`, which are seconds; a negative one is no limit.
fn seconds(cursor: &mut Cursor, option: &Choice) -> Option<f64> {
    let text = option.value.node.as_str();
    let digits = text.trim_end_matches(|next: char| next.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default().to_lowercase();
    let unit = match unit.as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => Some(1.0),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60.0),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600.0),
        "d" | "day" | "days" => Some(86_400.0),
        _ => None,
    };
    match (digits.parse::<f64>(), unit) {
        (Ok(number), Some(unit)) if number.is_finite() => (number >= 0.0).then_some(number * unit),
        _ => {
            let message =
                format!("`{}` takes a time such as `30s`, `5m`, `2h` or `1d`, not `{text}`", option.name.node);
            cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
            None
        }
    }
}

fn filter(cursor: &mut Cursor) -> Option<Filter> {
    if let Some(text) = cursor.token(token::quoted) {
        return Some(Filter::Text(Spanned { span: text.span, node: token::unescape(text.node) }));
    }
    if cursor.keyword("eval").is_some() {
        let Some(open) = cursor.symbol("(") else {
            cursor.expected("`(` after `eval`");
            return None;
        };
        let condition = eval::grammar::expr(cursor);
        cursor.close(open);
        return Some(Filter::Eval(condition));
    }
    if let Some(open) = cursor.symbol("(") {
        let condition = search::grammar::expr(cursor, &[]);
        cursor.close(open);
        return Some(Filter::Search(condition));
    }
    let start = cursor.position();
    let length = cursor.rest().find(token::is_blank).unwrap_or(cursor.rest().len());
    match cursor.rest().get(..length).filter(|text| !text.is_empty()) {
        Some(text) => {
            let node = text.to_owned();
            cursor.go(start + length);
            Some(Filter::Text(Spanned { span: cursor.span_from(start), node }))
        }
        None => {
            cursor.expected("a search or `eval(…)`");
            None
        }
    }
}

/// `true`, `false`, or fields: one, or several in quotes or parentheses.
fn list(cursor: &mut Cursor) -> MvList {
    if let Some(open) = cursor.symbol("(") {
        let mut fields = Vec::new();
        while cursor.symbol(")").is_none() {
            cursor.skip_separators();
            match cursor.field() {
                Some(field) => fields.push(field),
                None => {
                    cursor.close(open);
                    break;
                }
            }
        }
        return MvList::Fields(fields);
    }
    if let Some(text) = cursor.token(token::quoted) {
        let names = text.node.split([',', ' ']).filter(|name| !name.is_empty());
        return MvList::Fields(names.map(|name| Field::new(name.to_owned(), text.span)).collect());
    }
    match cursor.field() {
        Some(word) => match word.name.to_lowercase().as_str() {
            "t" | "true" | "1" => MvList::All,
            "f" | "false" | "0" => MvList::None,
            _ => MvList::Fields(vec![word]),
        },
        None => {
            cursor.expected("`true`, `false` or fields");
            MvList::None
        }
    }
}
