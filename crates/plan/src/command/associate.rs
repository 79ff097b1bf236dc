//! The meaning of `associate`: values of one field that tell about another. `associate supcnt=10 host, status`
//!
//! The entropy of a field is −Σ p·log2 p over the frequencies p of its values: the bits that its value tells. For each value of a
//! reference field, the entropy of the target among the rows with that value is compared with its entropy among all rows. Rows
//! come with the largest improvement first.

use std::collections::HashMap;

use speleo_syntax::command::associate::Associate;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

/// What a value of one field tells about another.
struct Finding<'a> {
    reference: &'a str,
    value: &'a str,
    target: &'a str,
    before: f64,
    after: f64,
    support: f64,
}

impl Lower for Associate {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "associate", self.span)?;
        let names = sheet::fields(&input, &self.fields);
        let columns = sheet::texts(input, &names, "rows to associate", cx).await?;
        let mut findings: Vec<Finding> = Vec::new();
        for (reference, values) in names.iter().zip(&columns) {
            for (target, others) in names.iter().zip(&columns).filter(|(target, _)| *target != reference) {
                findings.extend(self.found((reference, values), (target, others)));
            }
        }
        let gain = |finding: &Finding| finding.before - finding.after;
        findings.sort_by(|a, b| {
            let names =
                |finding: &Finding| (finding.reference.to_owned(), finding.value.to_owned(), finding.target.to_owned());
            gain(b).total_cmp(&gain(a)).then_with(|| names(a).cmp(&names(b)))
        });
        let text =
            |pick: &dyn Fn(&Finding) -> String| Values::Text(findings.iter().map(|one| Some(pick(one))).collect());
        let number =
            |pick: &dyn Fn(&Finding) -> f64| Values::Double(findings.iter().map(|one| Some(pick(one))).collect());
        let described = |one: &Finding| {
            format!(
                "Where '{}' is '{}', the entropy of '{}' decreases from {:.3} to {:.3}.",
                one.reference, one.value, one.target, one.before, one.after
            )
        };
        sheet::of_columns(
            "associations",
            vec![
                ("Reference_Key".to_owned(), text(&|one| one.reference.to_owned())),
                ("Reference_Value".to_owned(), text(&|one| one.value.to_owned())),
                ("Target_Key".to_owned(), text(&|one| one.target.to_owned())),
                ("Unconditional_Entropy".to_owned(), number(&|one| one.before)),
                ("Conditional_Entropy".to_owned(), number(&|one| one.after)),
                ("Entropy_Improvement".to_owned(), number(&gain)),
                ("Description".to_owned(), text(&described)),
                ("Support".to_owned(), number(&|one| one.support)),
            ],
        )
    }
}

/// A field with its values on all rows.
type Column<'a> = (&'a String, &'a Vec<Option<String>>);

/// How two fields are compared.
trait Compare {
    /// What the values of the first field tell about the second.
    fn found<'a>(&self, reference: Column<'a>, target: Column<'a>) -> Vec<Finding<'a>>;
}

impl Compare for Associate {
    fn found<'a>(&self, (reference, values): Column<'a>, (target, others): Column<'a>) -> Vec<Finding<'a>> {
        let mut all: HashMap<&str, u64> = HashMap::new();
        let mut within: HashMap<&str, (u64, HashMap<&str, u64>)> = HashMap::new();
        for (value, other) in values.iter().zip(others) {
            if let Some(other) = other {
                *all.entry(other).or_default() += 1;
            }
            if let Some(value) = value {
                let (count, counts) = within.entry(value).or_default();
                *count += 1;
                if let Some(other) = other {
                    *counts.entry(other).or_default() += 1;
                }
            }
        }
        let before = entropy(&all);
        let total = values.len() as f64;
        let of_value = |(value, (count, counts)): (&'a str, (u64, HashMap<&str, u64>))| {
            let after = entropy(&counts);
            let support = count as f64 / total;
            let is_enough = count >= self.support && support >= self.frequency && !counts.is_empty();
            let is_found = is_enough && before - after >= self.improvement;
            is_found.then_some(Finding { reference, value, target, before, after, support })
        };
        within.into_iter().filter_map(of_value).collect()
    }
}

/// The bits that a value tells, from the counts of all values.
fn entropy(counts: &HashMap<&str, u64>) -> f64 {
    let mut counts: Vec<u64> = counts.values().copied().collect();
    // Sums of doubles depend on the order.
    counts.sort_unstable();
    let all: u64 = counts.iter().sum();
    let bits = |count: &u64| {
        let share = *count as f64 / all as f64;
        -share * share.log2()
    };
    // A single value gives −0, which adding 0 makes 0.
    counts.iter().map(bits).sum::<f64>() + 0.0
}
