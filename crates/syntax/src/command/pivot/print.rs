//! `pivot` as text.

use std::fmt::{self, Display, Formatter};

use super::{Filter, Groups, Limit, MOST_COLUMNS, Pivot, Split, Test, grammar::TESTS};
use crate::print::{self, Quoted};

impl Display for Pivot {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let (model, object) = self.dataset.node.split_once('.').unwrap_or((&self.dataset.node, ""));
        write!(out, "pivot {} {} ", Quoted(model), Quoted(object))?;
        print::join(out, &self.cells, " ")?;
        for row in &self.rows {
            write!(out, " SPLITROW {row}")?;
        }
        for column in &self.columns {
            write!(out, " SPLITCOL {column}")?;
        }
        for filter in &self.filters {
            write!(out, " FILTER {filter}")?;
        }
        for limit in &self.limits {
            write!(out, " LIMIT {limit}")?;
        }
        if self.most_rows > 0 || !self.sort.is_empty() {
            write!(out, " SORT {} ", self.most_rows)?;
            print::join(out, &self.sort, " ")?;
        }
        if self.row_summary {
            out.write_str(" ROWSUMMARY true")?;
        }
        if self.column_summary {
            out.write_str(" COLSUMMARY true")?;
        }
        if self.most_columns != MOST_COLUMNS {
            write!(out, " NUMCOLS {}", self.most_columns)?;
        }
        if self.show_other { Ok(()) } else { out.write_str(" SHOWOTHER false") }
    }
}

impl Display for Split {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{}", self.field)?;
        if let Some(label) = &self.label {
            write!(out, " AS {label}")?;
        }
        match &self.groups {
            Groups::Values => Ok(()),
            Groups::Range(bins) => {
                out.write_str(" RANGE")?;
                print::option(out, "start", bins.start)?;
                print::option(out, "end", bins.end)?;
                print::option(out, "size", bins.width.as_ref())?;
                print::option(out, "max", bins.bins)
            }
            Groups::Period(unit) => write!(out, " PERIOD {}", unit.map_or("auto", |unit| unit.name())),
            Groups::Truth { yes, no } => {
                for (word, name) in [("TRUELABEL", yes), ("FALSELABEL", no)] {
                    if let Some(name) = name {
                        write!(out, " {word} {}", Quoted(name))?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl Display for Filter {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{} {}", self.field, self.test)?;
        let many = matches!(self.test, Test::In | Test::NotIn);
        out.write_str(if many { " (" } else { "" })?;
        for (n, value) in self.values.iter().enumerate() {
            out.write_str(match (many, n) {
                (true, 0) => "",
                (true, _) => ", ",
                (false, _) => " ",
            })?;
            write!(out, "{}", Quoted(&value.node))?;
        }
        out.write_str(if many { ")" } else { "" })
    }
}

impl Display for Test {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let name = TESTS.iter().find(|(test, _)| test == self).and_then(|(_, names)| names.first());
        out.write_str(name.copied().unwrap_or_default())
    }
}

impl Display for Limit {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let side = if self.bottom { "BOTTOM" } else { "TOP" };
        write!(out, "{} BY {side} {} {}", self.field, self.count, self.score)
    }
}
