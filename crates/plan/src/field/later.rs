//! The fields that the commands behind one read, where these are few and known: `spath | search a.b=1 | stats sum(c) BY d`.
//!
//! Only what conditions, expressions and aggregations read before an aggregation leaves nothing else. Whoever makes fields for them may
//! then make lists of all: none of these tells a list of one from its value. Of other commands nothing is said.

use speleo_functions::stats;
use speleo_syntax::{
    Command, Expr, ExprKind, Field, SearchExpr, SearchExprKind, SearchValue,
    clause::{Aggregate, Argument},
};

use super::{closes, mention, takes_all};
use crate::{command::eval::template_fields, meet, search_time::is_made};

/// The field that words are looked for in.
const RAW: &str = "_raw";

/// What the commands read up to the aggregation that leaves no other fields; none where that is not known.
pub(crate) fn later(commands: &[Command]) -> Option<Later> {
    let mut fields = Later::default();
    for command in commands {
        match command {
            Command::Search(search) => fields.condition(&search.expr)?,
            Command::Where(condition) => fields.expression(&condition.expr),
            Command::Eval(eval) => {
                for assignment in &eval.assignments {
                    if !template_fields(&assignment.target.name).is_empty() {
                        return None;
                    }
                    fields.expression(&assignment.expr);
                    fields.made.push(assignment.target.name.clone());
                }
            }
            Command::Stats(stats) if !stats.all_num => fields.aggregates(&stats.aggregates)?,
            Command::TimeChart(chart) => {
                fields.read(meet::TIME);
                fields.aggregates(&chart.aggregates)?;
            }
            Command::Top(_) => {}
            _ => return None,
        }
        if closes(command) {
            let mut is_known = !takes_all(command);
            mention::of_command(command, &mut |field| {
                is_known &= !field.is_wildcard();
                fields.read(&field.name);
            });
            return is_known.then_some(fields);
        }
    }
    None
}

/// What commands read.
#[derive(Debug, Default)]
pub(crate) struct Later {
    /// The names of fields.
    pub(crate) names: Vec<String>,
    /// The texts that conditions compare with: a note tells where one is the name of a field as well.
    pub(crate) texts: Vec<String>,
    /// Fields that these commands made themselves.
    made: Vec<String>,
}

impl Later {
    fn read(&mut self, name: &str) {
        if !self.made.iter().chain(&self.names).any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    fn expression(&mut self, expr: &Expr) {
        mention::walk(expr, &mut |expr| {
            if matches!(&expr.kind, ExprKind::Call { name, .. } if name == "searchmatch") {
                self.read(RAW);
            }
        });
        mention::read_by(expr, &mut |field| self.read(&field.name));
    }

    /// What a condition reads; none where it asks for more than its fields and the event.
    fn condition(&mut self, expr: &SearchExpr) -> Option<()> {
        match &expr.kind {
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => {
                parts.iter().try_for_each(|part| self.condition(part))
            }
            SearchExprKind::Not(inner) => self.condition(inner),
            SearchExprKind::Comparison { field, value, .. } => {
                if let SearchValue::Text { text, .. } = value {
                    self.texts.push(text.clone());
                }
                self.field(field)
            }
            SearchExprKind::In { field, .. } => self.field(field),
            SearchExprKind::Term { .. } | SearchExprKind::TermDirective(_) | SearchExprKind::CaseDirective(_) => {
                self.read(RAW);
                Some(())
            }
            SearchExprKind::All | SearchExprKind::Nothing => Some(()),
            SearchExprKind::TimeModifier { .. } | SearchExprKind::Subsearch(_) | SearchExprKind::Error => None,
        }
    }

    fn field(&mut self, field: &Field) -> Option<()> {
        let is_plain = !field.is_wildcard() && !is_made(&field.name);
        is_plain.then(|| self.read(&field.name))
    }

    fn aggregates(&mut self, aggregates: &[Aggregate]) -> Option<()> {
        for aggregate in aggregates {
            // Those that take one event's value take it as it is: a list of one is not the value there.
            let (function, _) = stats::find(&aggregate.function)?;
            if function.in_order || matches!(aggregate.argument, Argument::Sparkline(..) | Argument::Prefix(_)) {
                return None;
            }
            if let Argument::Eval(expr) = &aggregate.argument {
                self.expression(expr);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::later;

    fn check(search: &str, expected: Option<&[&str]>) {
        let found = later(&speleo_syntax::parse(search).0.commands).map(|later| later.names);
        assert_eq!(
            found.as_deref(),
            expected.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>()).as_deref(),
            "{search}"
        );
    }

    #[test]
    fn what_an_aggregation_leaves_nothing_of() {
        check("| stats sum(a) avg(b) BY c", Some(&["a", "b", "c"]));
        check("| where 'a.b'>1 | search c=x* NOT d | stats count", Some(&["a.b", "c", "_raw"]));
        check("| eval a=b+1, c=a | stats dc(c) BY a | table *", Some(&["b"]));
        check("| eval a=if(searchmatch(\"x\"), a, 1) | top a", Some(&["_raw", "a"]));
        check("| timechart span=1d count BY a", Some(&["_time", "a"]));
        check("| stats count(eval(a>1)) AS n perc95(b)", Some(&["a", "b"]));
    }

    #[test]
    fn where_more_may_be_read_nothing_is_said() {
        for search in [
            "| where a=1",
            "| table a",
            "| stats values(*)",
            "| stats sum",
            "| stats first(a)",
            "| stats sparkline(count)",
            "| stats allnum=true sum(a)",
            "| fillnull | stats count",
            "| eval {a}=1 | stats count",
            "| search [search index=b] | stats count",
            "| search a*=1 | stats count",
            "| search tag=a | stats count",
        ] {
            check(search, None);
        }
    }
}
