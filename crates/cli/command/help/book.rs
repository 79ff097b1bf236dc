//! The whole manual as files: an index and a page each. `speleo help --all --format html --out manual`

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{
    catalog,
    page::{Kind, Page, span, table},
    program,
    render::{html, link, man},
};
use crate::args::ManualFormat;

/// A box on the index that leaves the pages that say what is typed.
const FILTER: &str = "\
<script>
const box = document.createElement('input');
box.type = 'search';
box.placeholder = 'Find a page by its name or what it does';
document.querySelector('h1').after(box);
const rows = [...document.querySelectorAll('tbody tr')].map(row => [row, row.textContent.toLowerCase()]);
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/);
  for (const [row, text] of rows) row.hidden = !words.every(word => text.includes(word));
});
box.focus();
</script>
";

/// Writes the manual; the answer is how many files it has.
pub(super) fn write(folder: &Path, format: ManualFormat) -> Result<usize> {
    let pages = catalog::all()?;
    let mut files = Vec::new();
    match format {
        ManualFormat::Markdown => {
            files.push(("index.md".to_owned(), index(&pages, "md")));
            for page in &pages {
                let text = format!("{}\n---\n\n[The manual's index](../index.md)\n", link::linked(page, &pages, "md"));
                files.push((format!("{}.md", page.place()), text));
            }
        }
        ManualFormat::Html => {
            let text = html::document("Manual", &index(&pages, "html"), None, FILTER);
            files.push(("index.html".to_owned(), text));
            for page in &pages {
                let text = link::linked(page, &pages, "html");
                files.push((
                    format!("{}.html", page.place()),
                    html::document(page.name(), &text, Some("../index.html"), ""),
                ));
            }
        }
        ManualFormat::Man => {
            for page in pages.iter().filter(|page| page.kind != Kind::Program) {
                let name = man_name(page);
                files.push((format!("man7/{name}.7"), man::document(&name, page)));
            }
            fs::create_dir_all(folder.join("man1")).with_context(|| format!("cannot write {}", folder.display()))?;
            clap_mangen::generate_to(program::tree(), folder.join("man1")).context("cannot write the manual pages")?;
        }
    }
    for (name, text) in &files {
        let path = folder.join(name);
        let context = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(context)?;
        }
        fs::write(&path, text).with_context(context)?;
    }
    let programs = match format {
        ManualFormat::Man => fs::read_dir(folder.join("man1")).map(Iterator::count).unwrap_or_default(),
        _ => 0,
    };
    Ok(files.len() + programs)
}

/// A name of its own for each page of the section: `speleo-spl-max`, `speleo-eval-max`, `speleo-stats-max`.
fn man_name(page: &Page) -> String {
    let name = page.name();
    match page.kind {
        Kind::Topic => format!("speleo-{name}"),
        Kind::Command => format!("speleo-spl-{name}"),
        Kind::Eval => format!("speleo-eval-{name}"),
        Kind::Stats => format!("speleo-stats-{name}"),
        Kind::Program | Kind::Code => format!("speleo-{}", name.to_lowercase()),
    }
}

/// The index in Markdown.
fn index(pages: &[Page], ending: &str) -> String {
    let mut out = "# speleo: the manual\n".to_owned();
    for kind in Kind::ALL {
        let rows = pages
            .iter()
            .filter(|page| page.kind == kind)
            .map(|page| vec![format!("[{}]({}.{ending})", span(page.name()), page.place()), page.summary.clone()]);
        out.push_str(&format!("\n## {}\n\n{}", kind.title(), table(&["page", "what it says"], rows)));
    }
    out
}
