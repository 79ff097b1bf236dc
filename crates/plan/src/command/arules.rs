//! The meaning of `arules`: association rules between values of fields. `arules sup=5 conf=0.8 host, status`
//!
//! The algorithm is Apriori (Agrawal and Srikant, 1994): sets of values that occur together on enough rows grow by one value at a
//! time, since no set is more frequent than its parts. Each set gives the rules "some of its values imply the others" that hold
//! often enough. The strength of a rule is its confidence: rows with all values by rows with the given ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use speleo_syntax::{Code, Diagnostic, command::arules::ARules};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

/// How many sets, or rules, there may be.
const MOST: usize = 1_000_000;

/// A value of a field, by its number.
type Item = u32;

/// A rule: given values, implied values, strength, supports of both.
struct Rule {
    given: Vec<Item>,
    implied: Vec<Item>,
    strength: f64,
    given_support: u64,
    implied_support: u64,
}

impl Lower for ARules {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "arules", self.span)?;
        let names = sheet::fields(&input, &self.fields);
        let columns = sheet::texts(input, &names, "rows with rules", cx).await?;
        let mut items: Vec<String> = Vec::new();
        let mut fields: Vec<usize> = Vec::new();
        let count = columns.first().map_or(0, Vec::len);
        let mut baskets: Vec<Vec<Item>> = vec![Vec::with_capacity(names.len()); count];
        for (place, (name, values)) in names.iter().zip(&columns).enumerate() {
            let mut known: HashMap<&str, Item> = HashMap::new();
            for (basket, value) in baskets.iter_mut().zip(values) {
                let Some(value) = value else { continue };
                let next = Item::try_from(items.len()).unwrap_or(Item::MAX);
                let item = *known.entry(value).or_insert(next);
                if item == next {
                    items.push(format!("{name}={value}"));
                    fields.push(place);
                }
                basket.push(item);
            }
        }
        let sets = frequent(&baskets, &fields, self.support.max(1)).ok_or_else(|| too_many(self))?;
        let mut rules = self.rules(&sets).ok_or_else(|| too_many(self))?;
        let shown = |set: &[Item]| {
            let texts = set.iter().filter_map(|item| items.get(*item as usize).map(String::as_str));
            texts.collect::<Vec<_>>().join(", ")
        };
        rules.sort_by_cached_key(|rule| {
            (std::cmp::Reverse(rule.strength.to_bits()), shown(&rule.given), shown(&rule.implied))
        });
        let text =
            |pick: fn(&Rule) -> &[Item]| Values::Text(rules.iter().map(|rule| Some(shown(pick(rule)))).collect());
        let whole = |pick: fn(&Rule) -> u64| Values::Whole(rules.iter().map(|rule| pick(rule) as i64).collect());
        sheet::of_columns(
            "rules",
            vec![
                ("Given fields".to_owned(), text(|rule| &rule.given)),
                ("Implied fields".to_owned(), text(|rule| &rule.implied)),
                ("Strength".to_owned(), Values::Double(rules.iter().map(|rule| Some(rule.strength)).collect())),
                ("Given fields support".to_owned(), whole(|rule| rule.given_support)),
                ("Implied fields support".to_owned(), whole(|rule| rule.implied_support)),
            ],
        )
    }
}

fn too_many(rules: &ARules) -> Diagnostic {
    let text = format!("more than {MOST} sets of values occur together often enough");
    Diagnostic::new(Code::Resources, rules.span, text).help("ask for more support with `sup=`, or name fewer fields")
}

/// The sets of values that occur together on at least `support` rows, with the numbers of rows; none where they are too many.
fn frequent(baskets: &[Vec<Item>], fields: &[usize], support: u64) -> Option<BTreeMap<Vec<Item>, u64>> {
    let mut counts: BTreeMap<Vec<Item>, u64> = BTreeMap::new();
    for item in baskets.iter().flatten() {
        *counts.entry(vec![*item]).or_default() += 1;
    }
    counts.retain(|_, count| *count >= support);
    let singles: Vec<Item> = counts.keys().flatten().copied().collect();
    let mut all = counts.clone();
    let mut level = counts;
    while !level.is_empty() {
        let mut grown: BTreeMap<Vec<Item>, u64> = BTreeMap::new();
        for set in level.keys() {
            let last = set.last().copied().unwrap_or(0);
            for item in singles.iter().filter(|item| **item > last) {
                // A row has one value of each field.
                let same = |other: &Item| fields.get(*other as usize) == fields.get(*item as usize);
                if !set.iter().any(same) {
                    grown.insert([set.as_slice(), &[*item]].concat(), 0);
                }
            }
            if all.len() + grown.len() > MOST {
                return None;
            }
        }
        for basket in baskets {
            let basket: BTreeSet<Item> = basket.iter().copied().collect();
            for (set, count) in &mut grown {
                *count += u64::from(set.iter().all(|item| basket.contains(item)));
            }
        }
        grown.retain(|_, count| *count >= support);
        all.extend(grown.iter().map(|(set, count)| (set.clone(), *count)));
        level = grown;
    }
    Some(all)
}

/// The second part of the algorithm.
trait Imply {
    /// The rules that hold often enough; none where they are too many.
    fn rules(&self, sets: &BTreeMap<Vec<Item>, u64>) -> Option<Vec<Rule>>;
}

impl Imply for ARules {
    fn rules(&self, sets: &BTreeMap<Vec<Item>, u64>) -> Option<Vec<Rule>> {
        let mut rules = Vec::new();
        for (set, together) in sets.iter().filter(|(set, _)| set.len() > 1) {
            // Each choice of some of the values, as bits.
            let all = 1_u64.checked_shl(u32::try_from(set.len()).ok()?).filter(|all| *all <= MOST as u64)? - 1;
            for chosen in 1..all {
                let part = |wanted: bool| -> Vec<Item> {
                    let places = set.iter().enumerate();
                    places.filter(|(place, _)| (chosen >> place & 1 == 1) == wanted).map(|(_, item)| *item).collect()
                };
                let (given, implied) = (part(true), part(false));
                let (Some(given_support), Some(implied_support)) = (sets.get(&given), sets.get(&implied)) else {
                    continue;
                };
                let strength = *together as f64 / *given_support as f64;
                if strength >= self.confidence {
                    let (given_support, implied_support) = (*given_support, *implied_support);
                    rules.push(Rule { given, implied, strength, given_support, implied_support });
                }
            }
            if rules.len() > MOST {
                return None;
            }
        }
        Some(rules)
    }
}
