//! The meaning of `analyzefields`: how well numbers predict a class. `analyzefields classfield=is_attack`
//!
//! The prediction from a field is a threshold: numbers above it are of one class, the others of the other. Of all thresholds
//! between two of the field's numbers, and of both directions, the most accurate counts, of equally accurate ones the one with the
//! best mean of the accuracies in both classes (a decision stump). A field is numeric where all its values are numbers.

use speleo_functions::value::parse_number;
use speleo_syntax::{Code, Diagnostic, command::analyzefields::AnalyzeFields};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

impl Lower for AnalyzeFields {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "analyzefields", self.span)?;
        let mut names = sheet::fields(&input, &[]);
        names.retain(|name| *name != self.class.name);
        names.sort();
        names.insert(0, self.class.name.clone());
        let found = sheet::texts(input, &names, "rows with a class", cx).await?;
        let Some((class, columns)) = found.split_first() else { return sheet::of_columns("analysis", Vec::new()) };
        let mut values: Vec<&str> = class.iter().flatten().map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() > 2 {
            let text = format!("`{}` has {} values, a class has two", self.class.name, values.len());
            return Err(Diagnostic::new(Code::BadValue, self.class.span, text).into());
        }
        let first = values.first().copied();
        let classified = class.iter().flatten().count();
        let mut fields = Vec::new();
        let mut numbers: [Vec<Option<f64>>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        let mut counts = Vec::new();
        for (name, column) in names.iter().skip(1).zip(columns) {
            let present = column.iter().flatten().count();
            let parsed: Vec<Option<f64>> = column.iter().map(|value| parse_number(value.as_deref()?)).collect();
            if present == 0 || parsed.iter().flatten().count() < present {
                continue;
            }
            let both = parsed.iter().zip(class);
            let points: Vec<(f64, bool)> =
                both.filter_map(|(number, class)| Some(((*number)?, Some(class.as_deref()?) == first))).collect();
            let Some((accuracy, balanced)) = best(points.clone()) else { continue };
            fields.push(Some(name.clone()));
            counts.push(present as i64);
            let together = points.len() as f64 / classified as f64;
            for (column, value) in numbers.iter_mut().zip([together, accuracy, balanced]) {
                column.push(Some(value));
            }
        }
        let [together, accuracy, balanced] = numbers.map(Values::Double);
        sheet::of_columns(
            "analysis",
            vec![
                ("field".to_owned(), Values::Text(fields)),
                ("count".to_owned(), Values::Whole(counts)),
                ("cocur".to_owned(), together),
                ("acc".to_owned(), accuracy),
                ("balacc".to_owned(), balanced),
            ],
        )
    }
}

/// The best accuracy of a threshold, and the mean of its accuracies in both classes; none without points.
fn best(mut points: Vec<(f64, bool)>) -> Option<(f64, f64)> {
    points.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let all = points.len() as f64;
    let of_first = points.iter().filter(|(_, first)| *first).count() as f64;
    let of_second = all - of_first;
    let (mut first_below, mut second_below) = (0.0, 0.0);
    let mut best: Option<(f64, f64)> = None;
    // Before the first point, and after each whose number ends there.
    for place in 0..=points.len() {
        if let Some((_, first)) = place.checked_sub(1).and_then(|last| points.get(last)) {
            if *first { first_below += 1.0 } else { second_below += 1.0 }
        }
        let here = place.checked_sub(1).and_then(|last| points.get(last)).map(|(number, _)| *number);
        if place > 0 && here == points.get(place).map(|(number, _)| *number) {
            continue;
        }
        // The first class below the threshold, or above it.
        let choices = [(first_below, of_second - second_below), (of_first - first_below, second_below)];
        for (right_first, right_second) in choices {
            let share = |right: f64, of: f64| if of > 0.0 { right / of } else { 1.0 };
            let accuracy = share(right_first + right_second, all);
            let balanced = (share(right_first, of_first) + share(right_second, of_second)) / 2.0;
            let is_better = best.is_none_or(|(old, old_balanced)| (accuracy, balanced) > (old, old_balanced));
            if is_better && all > 0.0 {
                best = Some((accuracy, balanced));
            }
        }
    }
    best
}
