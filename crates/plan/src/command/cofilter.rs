//! The meaning of `cofilter`: how many users share each two items. `cofilter user item`
//!
//! Every pair of items that a user has both of, once, in the order of the items' texts. Pairs that nobody shares have no row.

use std::collections::{BTreeMap, BTreeSet};

use speleo_syntax::{Code, Diagnostic, command::cofilter::CoFilter};

use crate::{
    Result, aggregate,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

/// How many pairs are counted at most.
const MOST: usize = 5_000_000;

impl Lower for CoFilter {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "cofilter", self.span)?;
        let names = [self.user.name.clone(), self.item.name.clone()];
        let pairs = aggregate::group(aggregate::keys(input, names.iter().map(String::as_str), true)?, &[])?;
        let found = sheet::texts(pairs, &names, "items of users", cx).await?;
        let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut owners: BTreeMap<&str, i64> = BTreeMap::new();
        if let [of_users, of_items] = found.as_slice() {
            for (user, item) in of_users.iter().zip(of_items) {
                let (Some(user), Some(item)) = (user, item) else { continue };
                if users.entry(user).or_default().insert(item) {
                    *owners.entry(item).or_default() += 1;
                }
            }
        }
        let mut shared: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for items in users.values() {
            for (place, first) in items.iter().enumerate() {
                for second in items.iter().skip(place + 1) {
                    *shared.entry((first, second)).or_default() += 1;
                }
            }
            if shared.len() > MOST {
                let text = format!("`cofilter` counts {MOST} pairs at most");
                return Err(Diagnostic::new(Code::Resources, self.span, text).into());
            }
        }
        let owned = |item: &str| owners.get(item).copied().unwrap_or(0);
        let text =
            |pick: fn(&(&str, &str)) -> String| Values::Text(shared.keys().map(|pair| Some(pick(pair))).collect());
        sheet::of_columns(
            "pairs",
            vec![
                ("Item 1".to_owned(), text(|pair| pair.0.to_owned())),
                ("Item 1 user count".to_owned(), Values::Whole(shared.keys().map(|pair| owned(pair.0)).collect())),
                ("Item 2".to_owned(), text(|pair| pair.1.to_owned())),
                ("Item 2 user count".to_owned(), Values::Whole(shared.keys().map(|pair| owned(pair.1)).collect())),
                ("Pair count".to_owned(), Values::Whole(shared.values().copied().collect())),
            ],
        )
    }
}
