//! Every page of the manual, and how one is found: by its name, or by words that it says. `speleo help --search time zone`

use anyhow::Result;
use speleo_syntax::Code;

use super::{
    aggregates, commands, diagnostic, functions,
    page::{Kind, Page},
    program, spl, topic,
};

/// All pages, by kind and name.
pub(super) fn all() -> Result<Vec<Page>> {
    let mut pages = topic::pages()?;
    for spec in commands() {
        pages.push(spl::command(spec)?);
    }
    pages.extend(functions().map(spl::function));
    pages.extend(aggregates().map(spl::aggregate));
    pages.extend(program::pages());
    pages.extend(Code::ALL.iter().map(|code| diagnostic::page(*code)));
    pages.sort_by(|one, other| (one.kind, one.name()).cmp(&(other.kind, other.name())));
    Ok(pages)
}

/// The pages of a name.
pub(super) fn named(name: &str) -> Result<Vec<Page>> {
    Ok(all()?.into_iter().filter(|page| page.is_called(name)).collect())
}

/// Every name of a page, for suggestions and completion.
pub(super) fn names() -> Vec<String> {
    let own = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut names: Vec<String> = topic::names().map(str::to_owned).collect();
    names.extend(commands().flat_map(|spec| own(spec.names)));
    names.extend(functions().flat_map(|spec| own(spec.names)));
    names.extend(aggregates().flat_map(|spec| own(spec.names)));
    names.extend(program::tree().get_subcommands().map(|command| command.get_name().to_owned()));
    names.extend(Code::ALL.iter().map(|code| code.text().to_owned()));
    names.sort_unstable();
    names.dedup();
    names
}

/// The pages that say all of the words, those first that have them in their names, then in their summaries, then in their
/// titles.
pub(super) fn search(words: &[String]) -> Result<Vec<Page>> {
    let words: Vec<String> = words.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
    let mut found: Vec<(usize, Page)> = Vec::new();
    for page in all()? {
        if let Some(weight) = weight(&page, &words) {
            found.push((weight, page));
        }
    }
    found.sort_by(|(one, left), (other, right)| (other, left.kind, left.name()).cmp(&(one, right.kind, right.name())));
    Ok(found.into_iter().map(|(_, page)| page).collect())
}

/// How well a page fits; none where it lacks a word.
fn weight(page: &Page, words: &[String]) -> Option<usize> {
    let names = page.names.join(" ").to_lowercase();
    let summary = page.summary.to_lowercase();
    let body = page.body.to_lowercase();
    let mut weight = usize::from(page.kind == Kind::Topic);
    for word in words {
        let word = word.as_str();
        weight += match () {
            () if page.is_called(word) => 16,
            () if names.contains(word) => 8,
            () if summary.contains(word) => 4,
            () if body.contains(word) => 1,
            () => return None,
        };
    }
    (!words.is_empty()).then_some(weight)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::{Kind, all, named, names, search};

    #[test]
    fn a_name_of_one_kind_is_one_page() {
        let mut seen = BTreeSet::new();
        for page in all().unwrap() {
            for name in &page.names {
                assert!(seen.insert((page.kind, name.to_lowercase())), "{:?} {name}", page.kind);
            }
            assert!(page.body.starts_with("# ") && !page.summary.is_empty(), "{}", page.name());
        }
    }

    #[test]
    fn every_name_has_a_page() {
        let pages = all().unwrap();
        for name in names() {
            assert!(pages.iter().any(|page| page.is_called(&name)), "{name}");
        }
    }

    #[test]
    fn pages_are_found_by_name_and_by_words() {
        let kinds: Vec<Kind> = named("MAX").unwrap().iter().map(|page| page.kind).collect();
        assert_eq!(kinds, [Kind::Eval, Kind::Stats]);
        let found = search(&["dedup".to_owned()]).unwrap();
        assert_eq!(found.first().unwrap().name(), "dedup");
        let found = search(&["object store".to_owned()]).unwrap();
        assert_eq!(found.first().unwrap().name(), "stores");
        assert!(search(&["xyzzy".to_owned()]).unwrap().is_empty());
    }
}
